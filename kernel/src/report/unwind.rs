//! From a frame to its caller by the call frame information that the compiler leaves in `.eh_frame` (DWARF 5, 6.4), read
//! by the `gimli` crate. No register has to be kept for frames, which the engine's handlers would pay for.

use crate::arch::frame::Frame;
use crate::image;
use core::arch::asm;
use gimli::{
    BaseAddresses, CfaRule, EhFrame, EndianSlice, FrameDescriptionEntry, LittleEndian, ReaderOffset, Register,
    RegisterRule, UnwindContext, UnwindContextStorage, UnwindSection, UnwindTableRow,
};

/// DWARF's numbers of the two registers that every frame sets.
const RSP: usize = 7;
const RIP: usize = 16;

/// What a frame knows of the registers, by DWARF's numbers.
#[derive(Debug, Clone, Copy)]
pub struct Registers([u64; 17]);

/// The stack that is walked: reads stay inside.
#[derive(Debug, Clone, Copy)]
pub struct Stack {
    pub bottom: u64,
    pub top: u64,
}

impl Stack {
    fn read(self, address: u64) -> Option<u64> {
        let inside = address >= self.bottom && address.checked_add(8)? <= self.top && address.is_multiple_of(8);
        // SAFETY: an aligned word of a CPU's stack, which is always mapped.
        inside.then(|| unsafe { (address as *const u64).read_volatile() })
    }
}

impl Registers {
    /// Those of the interrupted code.
    pub fn of(frame: &Frame) -> Self {
        let Frame { rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8, r9, r10, r11, r12, r13, r14, r15, rip, .. } = *frame;
        Registers([rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8, r9, r10, r11, r12, r13, r14, r15, rip])
    }

    /// Those of the function that this is inlined into.
    #[inline(always)]
    pub fn here() -> Self {
        let mut all = [0u64; 17];
        // SAFETY: copies the registers that a callee preserves, and the place, into an array of ours.
        unsafe {
            asm!(
                "mov [{all} + 3 * 8], rbx", "mov [{all} + 6 * 8], rbp", "mov [{all} + 7 * 8], rsp",
                "mov [{all} + 12 * 8], r12", "mov [{all} + 13 * 8], r13", "mov [{all} + 14 * 8], r14",
                "mov [{all} + 15 * 8], r15", "lea {place}, [rip]", "mov [{all} + 16 * 8], {place}",
                all = in(reg) all.as_mut_ptr(), place = out(reg) _, options(nostack, preserves_flags),
            );
        }
        Registers(all)
    }

    pub fn instruction(&self) -> u64 {
        self.0[RIP]
    }

    fn get(&self, register: Register) -> Option<u64> {
        self.0.get(usize::from(register.0)).copied()
    }
}

/// Storage of fixed size: a report allocates nothing, and an exception's stack is small. No function of the System V ABI
/// saves more than seven registers.
struct Small;

impl<T: ReaderOffset> UnwindContextStorage<T> for Small {
    type Rules = [(Register, RegisterRule<T>); 16];
    type Stack = [UnwindTableRow<T, Self>; 3];
}

type Slice = EndianSlice<'static, LittleEndian>;

/// The kernel's call frame information. It is read from its beginning for each frame: a backtrace is rare, and the
/// linker's index would make each image larger.
pub struct Unwinder {
    frames: EhFrame<Slice>,
    bases: BaseAddresses,
    /// Entries found last, so that a deep recursion doesn't read it all for each of its frames.
    recent: [Option<FrameDescriptionEntry<Slice>>; RECENT],
    next: usize,
}

const RECENT: usize = 8;

impl Unwinder {
    pub fn new() -> Self {
        let frames = image::eh_frame();
        let bases = BaseAddresses::default().set_eh_frame(frames.as_ptr() as u64).set_text(image::text().start);
        Unwinder { frames: EhFrame::new(frames, LittleEndian), bases, recent: [const { None }; RECENT], next: 0 }
    }

    /// The registers of the caller, as far as they are known. `called`: the frame made a call, so that its instruction
    /// is the one after it.
    pub fn caller(&mut self, registers: &Registers, called: bool, stack: Stack) -> Option<Registers> {
        let place = registers.instruction() - u64::from(called);
        let mut context = UnwindContext::<usize, Small>::new_in();
        let Some(row) = self.row(place, &mut context) else {
            // Assembly, which pushes nothing here, or a jump to nowhere: the return address is on top.
            return if called { None } else { Self::leaf(registers, stack) };
        };
        let CfaRule::RegisterAndOffset { register, offset } = *row.cfa() else { return None };
        let frame = registers.get(register)?.checked_add_signed(offset)?;
        let mut caller = *registers;
        for &(register, ref rule) in row.registers() {
            let value = match rule {
                RegisterRule::Offset(offset) => stack.read(frame.checked_add_signed(*offset)?)?,
                RegisterRule::ValOffset(offset) => frame.checked_add_signed(*offset)?,
                RegisterRule::Register(other) => registers.get(*other)?,
                RegisterRule::SameValue => continue,
                RegisterRule::Undefined if usize::from(register.0) == RIP => return None,
                RegisterRule::Undefined => continue,
                _ => return None,
            };
            *caller.0.get_mut(usize::from(register.0))? = value;
        }
        caller.0[RSP] = frame;
        Some(caller)
    }

    fn entry(&mut self, place: u64) -> Option<FrameDescriptionEntry<Slice>> {
        if let Some(entry) = self.recent.iter().flatten().find(|e| e.contains(place)) {
            return Some(entry.clone());
        }
        let entry = self.frames.fde_for_address(&self.bases, place, EhFrame::cie_from_offset).ok()?;
        self.recent[self.next] = Some(entry.clone());
        self.next = (self.next + 1) % RECENT;
        Some(entry)
    }

    fn row<'a>(
        &mut self,
        place: u64,
        context: &'a mut UnwindContext<usize, Small>,
    ) -> Option<&'a UnwindTableRow<usize, Small>> {
        let entry = self.entry(place)?;
        entry.unwind_info_for_address(&self.frames, &self.bases, context, place).ok()
    }

    fn leaf(registers: &Registers, stack: Stack) -> Option<Registers> {
        let mut caller = *registers;
        caller.0[RIP] = stack.read(registers.0[RSP])?;
        caller.0[RSP] += 8;
        Some(caller)
    }
}
