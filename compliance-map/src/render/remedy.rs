//! What would change an answer, in words.

use crate::assess::Remedy;
use crate::verdict::Action;

/// The step as a sentence without its subjects, which the reader sees beside it.
pub(super) fn sentence(remedy: &Remedy) -> String {
    let concerned = match remedy.subjects.len() {
        0 => String::new(),
        1 => " (1 concerned)".to_owned(),
        several => format!(" ({several} concerned)"),
    };
    let step = match &remedy.action {
        Action::EnrolPeople => "enrol people in a method that does what is asked".to_owned(),
        Action::ChangePolicy {
            policy: Some(policy),
            change,
            ..
        } => format!("change the policy {policy}: {change}"),
        Action::ChangePolicy { change, .. } => format!("change a policy or set one up: {change}"),
        Action::ChangeSetting { change, .. } => format!("change a setting: {change}"),
        Action::ChangeObjects { change, .. } => format!("change what is listed: {change}"),
        Action::ChangeAccounts { change } => format!("change accounts: {change}"),
        Action::GrantPermission { permission, fact } => {
            format!("grant the collector {permission}, so that {fact} can be read")
        }
        Action::AddLicense { license, fact } => {
            format!("buy or assign {license}, which includes {fact}")
        }
        Action::RefreshEvidence { fact, problem } => {
            format!("collect {fact}: it {problem}")
        }
        Action::DeclareParameter { parameter } => {
            format!("declare {parameter}, which the framework leaves to the organisation")
        }
        Action::GiveAttestation { clause } => format!("have somebody sign for it: {clause}"),
        Action::EndExceptions => "end exceptions: more apply than a control can carry".to_owned(),
    };
    step + &concerned
}
