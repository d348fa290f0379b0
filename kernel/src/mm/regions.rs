//! The RAM that the kernel may use: the loader's map without the image and without the first MiB.

use crate::boot::{BootInfo, Range};
use crate::image;

const PAGE: u64 = 4096;
/// Firmware's data, the trampoline for other CPUs and old devices live below.
const LOW: u64 = 1 << 20;
/// The highest address that the page tables of `paging` reach.
const HIGH: u64 = 1 << 46;
const MAX: usize = 128;

#[derive(Clone)]
pub struct Regions {
    ranges: [Range; MAX],
    count: usize,
}

impl Regions {
    /// What the map calls RAM and nothing of ours lies in, in whole pages.
    pub fn usable(boot: &BootInfo) -> Self {
        let mut regions = Regions { ranges: [Range::default(); MAX], count: 0 };
        let image = image::whole();
        for ram in boot.ram() {
            let start = ram.start.max(LOW).next_multiple_of(PAGE);
            let end = ram.end.min(HIGH) & !(PAGE - 1);
            regions.push(Range { start, end: end.min(image.start) });
            regions.push(Range { start: start.max(image.end), end });
        }
        regions
    }

    fn push(&mut self, range: Range) {
        // More than MAX pieces of memory: the rest stays unused.
        if range.len() > 0 && self.count < MAX {
            self.ranges[self.count] = range;
            self.count += 1;
        }
    }

    pub fn as_slice(&self) -> &[Range] {
        &self.ranges[..self.count]
    }

    pub fn total(&self) -> u64 {
        self.as_slice().iter().map(|r| r.len()).sum()
    }

    /// Takes a page below `limit` out of the regions, for ever.
    pub fn take_page(&mut self, limit: u64) -> Option<u64> {
        let range = self.ranges[..self.count].iter_mut().find(|r| r.len() >= PAGE && r.start + PAGE <= limit)?;
        let page = range.start;
        range.start += PAGE;
        Some(page)
    }
}
