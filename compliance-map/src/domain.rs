//! Names of domains, and what stands above them.

/// A name has no more parts than this (RFC 1035, section 2.3.4): a longer one is no domain, and is not
/// walked up to its end.
const PARTS: usize = 127;

/// The domains above one, the nearest first.
pub(crate) fn above(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(domain), |name| parent(name)).take(PARTS)
}

fn parent(name: &str) -> Option<&str> {
    name.split_once('.').map(|(_, above)| above)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_above_a_domain_comes_nearest_first_and_ends() {
        let all: Vec<&str> = above("mail.eu.contoso.example").collect();
        assert_eq!(all, ["eu.contoso.example", "contoso.example", "example"]);
        assert_eq!(above("example").count() + above("").count(), 0);
        assert_eq!(above(&"a.".repeat(10_000)).count(), PARTS);
    }
}
