//! What the service leaves out without saying so.

use graph_client::Client;
use serde::{Deserialize, Serialize};

use crate::members::Members;
use crate::outcome::PartialReason;
use crate::record::RawItem;

/// Items whose relations look empty to whoever lacks a permission.
#[derive(Debug, Clone)]
pub(super) struct Withheld {
    property: &'static str,
    value: &'static str,
    permission: &'static str,
}

/// What was seen of them since everything was last read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// There are such items.
    #[serde(default)]
    any: bool,
    /// One of them came with a relation, so that nothing is withheld.
    #[serde(default)]
    shown: bool,
    /// They were read by an application that may not see.
    #[serde(default)]
    blind: bool,
}

/// Whether the application may see what is withheld, by what its token says: a hint, and some cannot be
/// read. <https://learn.microsoft.com/entra/identity-platform/access-tokens>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    Sees,
    Blind,
    Unknown,
}

impl Seen {
    /// Nothing yet, by an application that may see or not.
    pub(super) fn by(sight: Sight) -> Self {
        Self {
            blind: sight != Sight::Sees,
            ..Self::default()
        }
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature that serde asks for"
    )]
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether some of it came.
    pub(super) const fn is_shown(self) -> bool {
        self.shown
    }

    /// Whether what was withheld when it was read would be seen now: it does not come of itself.
    pub(super) fn is_shown_now(self, sight: Sight) -> bool {
        self.any && self.blind && sight == Sight::Sees
    }
}

impl Withheld {
    pub(super) const fn new(
        property: &'static str,
        value: &'static str,
        permission: &'static str,
    ) -> Self {
        Self {
            property,
            value,
            permission,
        }
    }

    /// Whether the relation of this item may be withheld.
    pub(super) fn is_for(&self, item: &RawItem) -> bool {
        let value = Members::parse(item.get())
            .ok()
            .and_then(|members| members.text(self.property));
        value.is_some_and(|value| value.eq_ignore_ascii_case(self.value))
    }

    /// Looks at an item as it comes, and at what it holds of the relation that may be withheld.
    pub(super) fn look(&self, item: &RawItem, has_relation: bool, seen: &mut Seen) {
        if self.is_for(item) {
            seen.any = true;
            seen.shown |= has_relation;
        }
    }

    pub(super) async fn sight(&self, client: &Client) -> Sight {
        let token = client.authenticate().await.ok();
        match token.and_then(|token| token.roles) {
            None => Sight::Unknown,
            Some(roles) if roles.iter().any(|role| role == self.permission) => Sight::Sees,
            Some(_) => Sight::Blind,
        }
    }

    /// Where the token does not tell, one relation that came shows that none is withheld.
    pub(super) fn gap(&self, seen: Seen, sight: Sight) -> Option<PartialReason> {
        let is_withheld = match sight {
            Sight::Sees => false,
            Sight::Blind => seen.any,
            Sight::Unknown => seen.any && !seen.shown,
        };
        is_withheld.then(|| PartialReason::Permission {
            permission: self.permission.to_owned(),
        })
    }
}
