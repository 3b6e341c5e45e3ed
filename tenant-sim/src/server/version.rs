//! The version in a path.

/// What a path has after its version.
pub(crate) struct Versioned<'a> {
    pub(crate) beta: bool,
    pub(crate) path: &'a str,
}

impl<'a> Versioned<'a> {
    pub(crate) fn of(path: &'a str) -> Option<Self> {
        let v1 = path
            .strip_prefix("/v1.0/")
            .map(|path| Self { beta: false, path });
        v1.or_else(|| {
            path.strip_prefix("/beta/")
                .map(|path| Self { beta: true, path })
        })
    }
}
