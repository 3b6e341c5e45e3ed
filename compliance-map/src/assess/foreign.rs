//! Facts that were not read together.

use std::collections::BTreeSet;

use super::answer::Assessor;
use crate::evidence::EvidenceGrade;
use crate::facts::{PerUserMfaFact, RegistrationFact, Row as _, SignInFact};
use crate::verdict::Advisory;

impl Assessor<'_> {
    /// Rows about accounts that the account list does not hold: the facts were not read together.
    pub(super) fn note_foreign_rows(&mut self) {
        if self.context.population.users != EvidenceGrade::Whole {
            return;
        }
        let facts = self.context.evidence.facts;
        let population = &self.context.population;
        let mut note = |key: &str, users: Vec<&str>| {
            let positions = population.positions(users.iter().copied());
            let rows = users.iter().zip(positions);
            let foreign = rows.filter(|(_, position)| position.is_none());
            let count = foreign.map(|(user, _)| user).collect::<BTreeSet<_>>().len();
            if count > 0 {
                self.advisories.insert(Advisory {
                    subject: key.to_owned(),
                    message: format!(
                        "has rows about {count} accounts that the account list does not hold; collect both together"
                    ),
                });
            }
        };
        let rows = facts.auth_registration.items.iter();
        note(
            RegistrationFact::KEY,
            rows.map(|row| row.user.as_str()).collect(),
        );
        let rows = facts.identity_signin_activity.items.iter();
        note(SignInFact::KEY, rows.map(|row| row.user.as_str()).collect());
        let rows = facts.auth_per_user_mfa.items.iter();
        note(
            PerUserMfaFact::KEY,
            rows.map(|row| row.user.as_str()).collect(),
        );
    }
}
