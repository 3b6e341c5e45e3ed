//! People and other accounts.

use super::declare::{open_enum, resource};
use super::{AssignedLicense, DateTime};

resource! {
    /// A user account. <https://learn.microsoft.com/graph/api/resources/user>
    ///
    /// `signInActivity` is not in it, because it needs Entra ID P1 and has a limit of its own; see
    /// [`UserSignInActivity`].
    pub struct User {
        /// The id.
        id: String,
        /// The name it signs in with.
        user_principal_name: String,
        /// The name it is shown with.
        display_name: String,
        /// The given name.
        given_name: String,
        /// The family name.
        surname: String,
        /// The primary mail address.
        mail: String,
        /// Whether it can sign in.
        account_enabled: bool,
        /// Member or guest.
        user_type: UserType,
        /// When it was created.
        created_date_time: DateTime,
        /// How it was created, such as `Invitation`; nothing for ordinary accounts.
        creation_type: String,
        /// Whether an invitation was taken up: `PendingAcceptance` or `Accepted`.
        external_user_state: String,
        /// The licenses assigned, directly or by group.
        assigned_licenses: Vec<AssignedLicense>,
        /// The country it uses services in, as two letters.
        usage_location: String,
        /// The department.
        department: String,
        /// The job title.
        job_title: String,
        /// The company.
        company_name: String,
        /// The kind of employment, as the organisation words it.
        employee_type: String,
        /// Where it sits.
        office_location: String,
        /// The language, such as `en-US`.
        preferred_language: String,
        /// Password rules that do not apply, such as `DisablePasswordExpiration`.
        password_policies: String,
        /// When the password was last set.
        last_password_change_date_time: DateTime,
        /// Whether it is synchronised from an on-premises directory; `None` also when it never was.
        on_premises_sync_enabled: bool,
        /// The identifier that links it to its on-premises account.
        on_premises_immutable_id: String,
    }
}

open_enum! {
    /// How an account belongs to the tenant.
    pub enum UserType {
        /// It is one of its own.
        Member = "Member",
        /// It is invited.
        Guest = "Guest",
    }
}

resource! {
    /// A user with nothing but the sign-in activity: `client.list::<UserSignInActivity>("users").top(500)`.
    ///
    /// Needs Entra ID P1 and `AuditLog.Read.All`; ten requests a minute, pages of at most 500.
    /// <https://learn.microsoft.com/graph/api/resources/signinactivity>
    pub struct UserSignInActivity {
        /// The user's id.
        id: String,
        /// The activity; nothing when the user never signed in since it is recorded.
        sign_in_activity: SignInActivity,
    }
}

resource! {
    /// When a user last signed in. <https://learn.microsoft.com/graph/api/resources/signinactivity>
    pub struct SignInActivity {
        /// The last interactive sign-in, whether it succeeded or not.
        last_sign_in_date_time: DateTime,
        /// The id of that sign-in.
        last_sign_in_request_id: String,
        /// The last sign-in by a client on the user's behalf, whether it succeeded or not.
        last_non_interactive_sign_in_date_time: DateTime,
        /// The id of that sign-in.
        last_non_interactive_sign_in_request_id: String,
        /// The last sign-in of either kind that succeeded.
        last_successful_sign_in_date_time: DateTime,
        /// The id of that sign-in.
        last_successful_sign_in_request_id: String,
    }
}
