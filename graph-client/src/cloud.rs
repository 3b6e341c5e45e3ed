//! The national clouds and their hosts.

/// The Microsoft cloud a tenant lives in. Tokens do not cross from one to another.
///
/// Hosts: <https://learn.microsoft.com/graph/deployments>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Cloud {
    /// The worldwide cloud, US Government Community Cloud (GCC) included.
    #[default]
    Global,
    /// US Government L4 (GCC High).
    GccHigh,
    /// US Government L5 (Department of Defense).
    Dod,
    /// China, operated by 21Vianet.
    China,
}

impl Cloud {
    /// The origin of Microsoft Graph in this cloud.
    pub const fn graph_origin(self) -> &'static str {
        match self {
            Self::Global => "https://graph.microsoft.com",
            Self::GccHigh => "https://graph.microsoft.us",
            Self::Dod => "https://dod-graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }

    /// The origin of the Microsoft identity platform in this cloud.
    pub const fn login_origin(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::GccHigh | Self::Dod => "https://login.microsoftonline.us",
            Self::China => "https://login.chinacloudapi.cn",
        }
    }

    /// The scope that asks for every application permission consented for Graph.
    pub(crate) fn graph_scope(self) -> String {
        format!("{}/.default", self.graph_origin())
    }
}
