//! Passwords, consent, devices, logs and data: settings of the tenant and of what it manages.

use super::setting::{Answer, NOT_READ, Question};
use super::{Context, Finding};

pub(super) fn lockout(
    context: &Context<'_>,
    attempts: Option<u32>,
    minutes: Option<u32>,
) -> Finding {
    let attempts = attempts.unwrap_or(u32::MAX);
    let seconds = minutes.unwrap_or(0).saturating_mul(60);
    let words = match minutes {
        Some(minutes) => format!(
            "do accounts lock after at most {attempts} failed attempts, for {minutes} minutes or more?"
        ),
        None => "do accounts lock after failed attempts?".to_owned(),
    };
    let question = Question {
        key: "auth.password_protection",
        words: &words,
        advice: "set smart lockout to fewer attempts or a longer lockout",
    };
    let rows = &context.evidence.facts.auth_password_protection.items;
    question.tenant(context, rows, |row| {
        match (row.lockout_threshold, row.lockout_seconds) {
            (Some(0), _) => Answer::fail("accounts never lock"),
            (Some(found), _) if found > attempts => {
                Answer::Fail(format!("accounts lock only after {found} failed attempts"))
            }
            (_, Some(found)) if found < seconds => {
                Answer::Fail(format!("the lockout lasts only {found} seconds"))
            }
            (Some(_), Some(_)) => Answer::Pass,
            (Some(_), None) if seconds == 0 => Answer::Pass,
            _ => Answer::Unknown(NOT_READ),
        }
    })
}

pub(super) fn password_length(context: &Context<'_>, least: u32) -> Finding {
    let words = format!("does every domain ask for passwords of {least} characters or more?");
    let question = Question {
        key: "auth.password_policy",
        words: &words,
        advice: "make passwords longer where they are set, or do without passwords",
    };
    let rows = &context.evidence.facts.auth_password_policy.items;
    question.every(
        context,
        rows,
        |row| &row.domain,
        None,
        |row| match (row.federated, row.min_length) {
            (Some(true), _) => Answer::Unknown("another identity provider holds the passwords"),
            (_, None) => Answer::Unknown(NOT_READ),
            (_, Some(found)) if found < least => {
                Answer::Fail(format!("{found} characters are enough"))
            }
            _ => Answer::Pass,
        },
    )
}

pub(super) fn password_history(context: &Context<'_>, last: u32) -> Finding {
    let words = format!("can none of the last {last} passwords be used again?");
    let question = Question {
        key: "auth.password_policy",
        words: &words,
        advice: "keep a longer history of passwords where they are set",
    };
    let rows = &context.evidence.facts.auth_password_policy.items;
    question.every(
        context,
        rows,
        |row| &row.domain,
        None,
        |row| match (row.federated, row.history) {
            (Some(true), _) => Answer::Unknown("another identity provider holds the passwords"),
            (_, None) => Answer::Unknown(NOT_READ),
            (_, Some(found)) if found < last => {
                Answer::Fail(format!("only the last {found} passwords are kept from use"))
            }
            _ => Answer::Pass,
        },
    )
}

pub(super) fn consent(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "identity.app_consent",
        words: "can users neither register applications nor consent to them freely?",
        advice: "let administrators decide about applications, and let users ask them",
    };
    let rows = &context.evidence.facts.identity_app_consent.items;
    question.tenant(context, rows, |row| {
        let free = row.user_consent.as_ref().map(|policies| {
            let legacy = |policy: &String| policy.ends_with("microsoft-user-default-legacy");
            policies.iter().any(legacy)
        });
        match (row.users_can_register_apps, free) {
            (Some(true), _) => Answer::fail("users can register applications"),
            (_, Some(true)) => Answer::fail("users can consent to any application"),
            (Some(false), Some(false)) => Answer::Pass,
            _ => Answer::Unknown(NOT_READ),
        }
    })
}

pub(super) fn idle_sessions(context: &Context<'_>, minutes: Option<u32>) -> Finding {
    let words = match minutes {
        Some(minutes) => format!("do idle sessions of everybody end within {minutes} minutes?"),
        None => "do idle sessions of everybody end within the declared time?".to_owned(),
    };
    let question = Question {
        key: "auth.session",
        words: &words,
        advice: "set an idle timeout for everybody and every application",
    };
    let Some(minutes) = minutes else {
        return question.undeclared(context, super::IDLE_MINUTES);
    };
    let rows = &context.evidence.facts.auth_session.items;
    let none = "no idle timeout that is short enough applies to everybody";
    question.any(
        context,
        rows,
        |row| &row.id,
        none,
        |row| match (row.enabled, row.everybody, row.idle_minutes) {
            (Some(false), _, _) | (_, Some(false), _) => Answer::fail(none),
            (_, _, Some(found)) if found > minutes => Answer::fail(none),
            (Some(true), Some(true), Some(_)) => Answer::Pass,
            _ => Answer::Unknown(NOT_READ),
        },
    )
}

pub(super) fn device_encryption(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "device.inventory",
        words: "is the storage of every managed device encrypted?",
        advice: "encrypt the devices listed, and let a compliance policy demand it",
    };
    let rows = &context.evidence.facts.device_inventory.items;
    question.every(
        context,
        rows,
        |row| &row.device,
        None,
        |row| Answer::is(row.encrypted, true, "its storage is not encrypted"),
    )
}

pub(super) fn device_compliance(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "device.inventory",
        words: "is every managed device compliant?",
        advice: "bring the devices listed into compliance, or retire them",
    };
    let rows = &context.evidence.facts.device_inventory.items;
    question.every(
        context,
        rows,
        |row| &row.device,
        None,
        |row| {
            let state = row.compliance_state.as_deref().unwrap_or_default();
            match state.to_ascii_lowercase().as_str() {
                "compliant" => Answer::Pass,
                "noncompliant" | "ingraceperiod" | "conflict" => {
                    Answer::fail("does not comply with its policies")
                }
                _ => Answer::Unknown("its compliance is not known"),
            }
        },
    )
}

pub(super) fn device_protection(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "device.protection",
        words: "does every managed device scan files as they are used, with current signatures?",
        advice: "switch on real-time protection and update signatures on the devices listed",
    };
    let rows = &context.evidence.facts.device_protection.items;
    question.every(
        context,
        rows,
        |row| &row.device,
        None,
        |row| match (row.real_time_protection, row.signatures_overdue) {
            (Some(false), _) => Answer::fail("real-time protection is off"),
            (_, Some(true)) => Answer::fail("its signatures are overdue"),
            (Some(true), Some(false)) => Answer::Pass,
            _ => Answer::Unknown(NOT_READ),
        },
    )
}

pub(super) fn device_updates(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "device.updates",
        words: "has every managed device its updates?",
        advice: "update the devices listed",
    };
    let rows = &context.evidence.facts.device_updates.items;
    question.every(
        context,
        rows,
        |row| &row.device,
        None,
        |row| Answer::is(row.up_to_date, true, "updates are missing"),
    )
}

pub(super) fn unified_audit(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "log.unified_audit",
        words: "does the unified audit log take in events?",
        advice: "switch on the unified audit log",
    };
    let rows = &context.evidence.facts.log_unified_audit.items;
    question.tenant(context, rows, |row| {
        Answer::is(row.enabled, true, "the unified audit log is switched off")
    })
}

pub(super) fn log_retention(context: &Context<'_>, days: u32) -> Finding {
    let words = format!("are audit records kept for {days} days or more?");
    let question = Question {
        key: "log.retention",
        words: &words,
        advice: "keep audit records longer, by licence, retention policy or export",
    };
    let rows = &context.evidence.facts.log_retention.items;
    question.every(
        context,
        rows,
        |row| &row.scope,
        None,
        |row| match row.days {
            Some(found) if found < days => Answer::Fail(format!("kept for {found} days only")),
            Some(_) => Answer::Pass,
            None => Answer::Unknown(NOT_READ),
        },
    )
}

pub(super) fn log_export(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "log.export",
        words: "are the logs copied to a central place?",
        advice: "stream the logs to a central place, by diagnostic settings or a connector",
    };
    let rows = &context.evidence.facts.log_export.items;
    let none = "the logs are copied nowhere";
    question.any(
        context,
        rows,
        |row| &row.destination,
        none,
        |row| Answer::is(row.enabled, true, none),
    )
}

pub(super) fn sharing(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "data.sharing",
        words: "is sharing limited to people who sign in?",
        advice: "end sharing by links that need no sign-in",
    };
    let rows = &context.evidence.facts.data_sharing.items;
    question.tenant(context, rows, |row| {
        let capability = row.sharing_capability.as_deref().unwrap_or_default();
        match capability.to_ascii_lowercase().as_str() {
            "disabled" | "existingexternalusersharingonly" | "externalusersharingonly" => {
                Answer::Pass
            }
            "externaluserandguestsharing" => {
                Answer::fail("files can be shared by links that need no sign-in")
            }
            _ => Answer::Unknown(NOT_READ),
        }
    })
}

pub(super) fn dlp(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "data.dlp",
        words: "is a policy against loss of data enforced, not only tested?",
        advice: "enforce a policy against loss of data",
    };
    let rows = &context.evidence.facts.data_dlp.items;
    let none = "no policy against loss of data is enforced";
    question.any(
        context,
        rows,
        |row| &row.policy,
        none,
        |row| {
            let enforced = row
                .mode
                .as_deref()
                .map(|mode| mode.eq_ignore_ascii_case("enable"));
            Answer::is(enforced, true, none)
        },
    )
}

pub(super) fn labels(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "data.labels",
        words: "are sensitivity labels offered to people?",
        advice: "publish sensitivity labels",
    };
    let rows = &context.evidence.facts.data_labels.items;
    let none = "no sensitivity label is offered";
    question.any(
        context,
        rows,
        |row| &row.label,
        none,
        |row| Answer::is(row.published, true, none),
    )
}

pub(super) fn retention(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "data.retention",
        words: "is a retention policy in force?",
        advice: "set up retention policies for the data that has to be kept or deleted",
    };
    let rows = &context.evidence.facts.data_retention.items;
    let none = "no retention policy is in force";
    question.any(
        context,
        rows,
        |row| &row.policy,
        none,
        |row| Answer::is(row.enabled, true, none),
    )
}
