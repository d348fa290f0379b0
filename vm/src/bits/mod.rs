//! Bits: copying and comparing windows at any offset, integers, floats and Unicode of the bit syntax. Read beside it:
//! `erts/emulator/beam/erl_bits.c`.

mod compare;
