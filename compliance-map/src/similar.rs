//! What was probably meant by a name that nobody knows.

/// The name that is most like this one, where one is like it: a letter or two beside it, for short ones
/// one.
///
/// ```
/// use compliance_map::similar;
///
/// let known = ["users", "groups", "role_assignments"];
/// assert_eq!(similar("user", known), Some("users"));
/// assert_eq!(similar("role-assignment", known), Some("role_assignments"));
/// assert_eq!(similar("mailboxes", known), None);
/// ```
pub fn similar<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// A longer name is nobody's slip of the hand, and comparing takes the square of its length.
    const LONGEST: usize = 100;
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    let distance = |other: &&str| strsim::osa_distance(&name, &other.to_lowercase());
    let (nearest, far) = known
        .into_iter()
        .map(|other| (other, distance(&other)))
        .min_by_key(|(_, far)| *far)?;
    let most = (name.chars().count() / 3).clamp(1, 3);
    (far <= most && far < name.chars().count()).then_some(nearest)
}
