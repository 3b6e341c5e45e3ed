//! What one source, such as per-user MFA, says about one person.

use super::method::MethodSet;
use super::policy::Policy;
use super::scope::Scope;

/// How firmly a rule binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Binding {
    None,
    Conditional,
    Always,
}

/// What one source says.
pub(crate) struct Source<'s> {
    pub(crate) least: Binding,
    pub(crate) most: Binding,
    pub(crate) whole: bool,
    pub(crate) accepted: Accepted,
    /// Whether another provider may do MFA, for which nothing has to be registered in this tenant.
    pub(crate) perhaps_elsewhere: bool,
    pub(crate) why: Why<'s>,
    pub(crate) missing: Vec<&'static str>,
}

impl Source<'_> {
    pub(crate) fn known(binding: Binding, whole: bool, why: &'static str) -> Self {
        Self {
            least: binding,
            most: binding,
            whole,
            accepted: Accepted::of(binding, binding),
            perhaps_elsewhere: false,
            why: Why::Words(why),
            missing: Vec::new(),
        }
    }

    pub(crate) fn up_to(most: Binding, missing: &'static str) -> Self {
        Self {
            least: Binding::None,
            most,
            whole: false,
            accepted: Accepted::of(Binding::None, most),
            perhaps_elsewhere: false,
            why: Why::Words(""),
            missing: vec![missing],
        }
    }
}

/// Methods that at least one rule accepts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Accepted {
    /// Of the rules that surely bind at every sign-in.
    pub(crate) surely: MethodSet,
    /// Of the rules that perhaps bind at every sign-in.
    pub(crate) perhaps: MethodSet,
    /// Of the rules that perhaps bind at any sign-in.
    pub(crate) sometimes: MethodSet,
}

impl Accepted {
    pub(crate) fn of(least: Binding, most: Binding) -> Self {
        let any_if = |yes: bool| if yes { MethodSet::ANY } else { MethodSet::NONE };
        Self {
            surely: any_if(least == Binding::Always),
            perhaps: any_if(most == Binding::Always),
            sometimes: any_if(most != Binding::None),
        }
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self {
            surely: self.surely.or(other.surely),
            perhaps: self.perhaps.or(other.perhaps),
            sometimes: self.sometimes.or(other.sometimes),
        }
    }
}

/// Why a source binds, kept short until somebody wants to read it.
#[derive(Debug)]
pub(crate) enum Why<'s> {
    Words(&'static str),
    /// Policies that bind only conditionally.
    Policies(Vec<&'s Policy<'s>>),
}

impl<'s> Why<'s> {
    /// The policies that bind only at times.
    pub(crate) fn policies(&self) -> &[&'s Policy<'s>] {
        match self {
            Self::Words(_) => &[],
            Self::Policies(policies) => policies,
        }
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Self::Words(words) => (*words).to_owned(),
            Self::Policies(policies) if policies.is_empty() => {
                "the policies that apply do not cover every kind of client".to_owned()
            }
            Self::Policies(policies) => {
                let texts: Vec<String> = policies
                    .iter()
                    .map(|policy| {
                        let name = policy.name();
                        match &policy.scope {
                            Scope::Some(conditions) => {
                                format!(
                                    "policy \"{name}\" is narrowed by {}",
                                    conditions.join(", ")
                                )
                            }
                            _ => format!("policy \"{name}\" does not cover every kind of client"),
                        }
                    })
                    .collect();
                texts.join("; ")
            }
        }
    }
}
