//! Facts that were not read together.

use std::collections::BTreeSet;

use super::answer::Assessor;
use crate::evidence::EvidenceGrade;
use crate::verdict::Advisory;

impl Assessor<'_> {
    /// Rows about accounts that the account list does not hold: the facts were not read together.
    pub(super) fn note_foreign_rows(&mut self) {
        if self.context.population.users != EvidenceGrade::Whole {
            return;
        }
        let facts = self.context.evidence.facts;
        let population = &self.context.population;
        let mut note = |key: &str, users: &mut dyn Iterator<Item = &str>| {
            let users: Vec<&str> = users.collect();
            let positions = population.positions(users.iter().copied());
            let foreign: BTreeSet<&str> = users
                .iter()
                .zip(positions)
                .filter(|(_, position)| position.is_none())
                .map(|(user, _)| *user)
                .collect();
            if !foreign.is_empty() {
                let count = foreign.len();
                self.advisories.insert(Advisory {
                    subject: key.to_owned(),
                    message: format!(
                        "has rows about {count} accounts that the account list does not hold; collect both together"
                    ),
                });
            }
        };
        let registration = facts.auth_registration.items.iter();
        note(
            "auth.registration",
            &mut registration.map(|row| row.user.as_str()),
        );
        let sign_ins = facts.identity_signin_activity.items.iter();
        note(
            "identity.signin_activity",
            &mut sign_ins.map(|row| row.user.as_str()),
        );
        let per_user = facts.auth_per_user_mfa.items.iter();
        note(
            "auth.per_user_mfa",
            &mut per_user.map(|row| row.user.as_str()),
        );
    }
}
