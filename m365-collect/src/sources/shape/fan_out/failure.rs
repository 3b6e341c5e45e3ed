//! What it means that some of the parents could not be asked about.

use graph_client::{BatchResponse, Error};

use super::{Cursor, FanOutSource};
use crate::error::{Result, ends_all};
use crate::run::Run;

impl FanOutSource {
    /// Weighs the failures of one chunk of parents.
    pub(super) async fn weigh(
        &self,
        run: &Run<'_>,
        saved: &mut Cursor,
        failed: Vec<(String, Error)>,
    ) -> Result<()> {
        let mut not_found = Vec::new();
        for (id, error) in failed {
            let says_nothing = error
                .code()
                .is_some_and(|code| self.nothing.iter().any(|c| c.eq_ignore_ascii_case(code)));
            if says_nothing {
                saved.has_answered = true;
            } else if error.is_not_found() {
                not_found.push((id, error));
            } else if ends_all(&error) {
                return Err(error.into());
            } else if (error.is_permission_denied()
                || error.is_unlicensed()
                || error.is_authentication())
                && !saved.has_answered
            {
                // Nobody was answered yet: the next parent would meet the same refusal.
                return Err(error.into());
            } else {
                saved.lacks.note(|| error.to_string());
            }
        }
        let asked = not_found.len();
        let still_there = self.still_there(run, not_found).await?;
        saved.missed += (asked - still_there.len()) as u64;
        for (_, error) in still_there {
            saved.lacks.note(|| error.to_string());
        }
        Ok(())
    }

    /// Those of the parents without an answer that are not gone themselves: a service that does
    /// not know the question must not look like people of whom there is nothing to say.
    async fn still_there(
        &self,
        run: &Run<'_>,
        not_found: Vec<(String, Error)>,
    ) -> Result<Vec<(String, Error)>> {
        if not_found.is_empty() {
            return Ok(not_found);
        }
        let requests = not_found
            .iter()
            .map(|(id, _)| self.endpoint.parent(id).select(["id"]))
            .collect();
        let answers = run.client().batch(requests).await?;
        let is_there = |answer: &BatchResponse| match &answer.result {
            Err(error) => !error.is_not_found(),
            Ok(_) => true,
        };
        Ok(not_found
            .into_iter()
            .zip(answers)
            .filter(|(_, answer)| is_there(answer))
            .map(|(asked, _)| asked)
            .collect())
    }
}
