//! Which operating system something is for.

/// A family of operating systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Platform {
    Windows,
    Ios,
    Mac,
    Android,
    Linux,
}

impl Platform {
    /// Of a device; `None` where it is none that we know.
    pub(super) fn of_system(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let begins = |with: &str| name.starts_with(with);
        Some(if begins("windows") {
            Self::Windows
        } else if begins("ios") || begins("ipados") {
            Self::Ios
        } else if begins("mac") {
            Self::Mac
        } else if begins("android") {
            Self::Android
        } else if begins("linux") || begins("ubuntu") {
            Self::Linux
        } else {
            return None;
        })
    }

    /// Of an app or policy, by the name of its type; `None` where it is for several or unknown.
    pub(super) fn of_type(name: &str) -> Option<Self> {
        let name = name.rsplit('.').next().unwrap_or_default().to_lowercase();
        let begins = |with: &[&str]| with.iter().any(|with| name.starts_with(with));
        Some(if begins(&["ios", "managedios"]) {
            Self::Ios
        } else if begins(&["android", "managedandroid", "aosp"]) {
            Self::Android
        } else if begins(&["macos"]) {
            Self::Mac
        } else if begins(&[
            "windows",
            "win32",
            "winget",
            "microsoftstore",
            "officesuite",
        ]) {
            Self::Windows
        } else {
            return None;
        })
    }

    /// Of a policy of the settings catalogue; `None` where it is for several or unknown.
    pub(super) fn of_catalogue(platforms: &str) -> Option<Self> {
        (!platforms.contains(',')).then(|| Self::of_system(platforms))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_name_their_platform() {
        for (name, platform) in [
            ("#microsoft.graph.iosStoreApp", Some(Platform::Ios)),
            ("#microsoft.graph.win32LobApp", Some(Platform::Windows)),
            (
                "microsoft.graph.windows10CompliancePolicy",
                Some(Platform::Windows),
            ),
            (
                "#microsoft.graph.macOSMicrosoftEdgeApp",
                Some(Platform::Mac),
            ),
            ("#microsoft.graph.webApp", None),
            ("", None),
        ] {
            assert_eq!(Platform::of_type(name), platform, "{name}");
        }
        assert_eq!(Platform::of_catalogue("windows10"), Some(Platform::Windows));
        assert_eq!(Platform::of_catalogue("macOS,iOS"), None);
        assert_eq!(Platform::of_system("iPadOS"), Some(Platform::Ios));
    }
}
