#![no_main]

#[path = "../../tests/it/support/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|data: &[u8]| hostile::delta_page(data));
