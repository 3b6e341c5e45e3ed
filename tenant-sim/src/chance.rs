//! What happens at a rate, drawn from numbers.

use fastrand::Rng;

use crate::guid::mix;

/// Whether something of this rate happens to these numbers; the same numbers give the same answer.
pub(crate) fn chance(rate: f64, numbers: &[u64]) -> bool {
    if rate <= 0.0 {
        return false;
    }
    let drawn = numbers.iter().fold(0x5EED, |sum, number| mix(sum ^ number));
    Rng::with_seed(drawn).f64() < rate
}
