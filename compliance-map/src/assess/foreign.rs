//! Facts that were not read together.

use super::answer::Assessor;
use crate::evidence::EvidenceGrade;
use crate::facts::{PerUserMfaFact, RegistrationFact, Row as _, SignInFact};
use crate::verdict::Advisory;

impl Assessor<'_> {
    /// Rows about accounts that the account list does not hold: the facts were not read together.
    pub(super) fn note_foreign_rows(&mut self) {
        let population = &self.context.population;
        if population.users != EvidenceGrade::Whole {
            return;
        }
        let keys = [RegistrationFact::KEY, SignInFact::KEY, PerUserMfaFact::KEY];
        let foreign = population.directory().foreign();
        let notes = foreign.filter(|(key, _)| keys.contains(key)).map(|(key, count)| Advisory {
            subject: key.to_owned(),
            message: format!(
                "has rows about {count} accounts that the account list does not hold; collect both together"
            ),
        });
        self.advisories.extend(notes);
    }
}
