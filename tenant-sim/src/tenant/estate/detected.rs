//! Software that was found on managed devices.
//! <https://learn.microsoft.com/graph/api/resources/intune-devices-detectedapp>
//!
//! A device either has a product or not, in one version. Which one follows from the device, so that the devices of
//! an app and its number of devices agree without a list of either.

use crate::guid::Guid;
use crate::tenant::Tenant;
use crate::tenant::estate::managed::{self, Managed, Platform};
use crate::tenant::estate::place::{self, Set};
use crate::tenant::estate::{among, roll};

/// Name, publisher, platform, devices that have it in thousandths, newest major version, size in bytes.
type Product = (&'static str, &'static str, Platform, u64, u64, u64);

use Platform::{Android, Ios, MacOs, Windows};

const PRODUCTS: [Product; 72] = [
    (
        "Microsoft Edge",
        "Microsoft Corporation",
        Windows,
        990,
        131,
        0,
    ),
    (
        "Microsoft 365 Apps for enterprise - en-us",
        "Microsoft Corporation",
        Windows,
        930,
        16,
        0,
    ),
    (
        "Microsoft Teams",
        "Microsoft Corporation",
        Windows,
        900,
        24,
        0,
    ),
    (
        "Microsoft OneDrive",
        "Microsoft Corporation",
        Windows,
        940,
        24,
        412_876_800,
    ),
    (
        "Microsoft Intune Management Extension",
        "Microsoft Corporation",
        Windows,
        960,
        1,
        17_408_000,
    ),
    (
        "Microsoft Visual C++ 2015-2022 Redistributable (x64)",
        "Microsoft Corporation",
        Windows,
        880,
        14,
        21_504_000,
    ),
    (
        "Microsoft Visual C++ 2013 Redistributable (x64)",
        "Microsoft Corporation",
        Windows,
        340,
        12,
        20_480_000,
    ),
    (
        "Microsoft .NET Runtime - 8.0 (x64)",
        "Microsoft Corporation",
        Windows,
        420,
        8,
        73_400_320,
    ),
    (
        "Microsoft Visual Studio Code",
        "Microsoft Corporation",
        Windows,
        180,
        1,
        367_001_600,
    ),
    (
        "Microsoft SQL Server Management Studio",
        "Microsoft Corporation",
        Windows,
        45,
        20,
        0,
    ),
    (
        "Power BI Desktop",
        "Microsoft Corporation",
        Windows,
        110,
        2,
        0,
    ),
    ("PowerToys", "Microsoft Corporation", Windows, 95, 0, 0),
    (
        "Windows Terminal",
        "Microsoft Corporation",
        Windows,
        520,
        1,
        0,
    ),
    (
        "PowerShell 7-x64",
        "Microsoft Corporation",
        Windows,
        140,
        7,
        0,
    ),
    ("Google Chrome", "Google LLC", Windows, 730, 131, 0),
    (
        "Mozilla Firefox (x64 en-US)",
        "Mozilla",
        Windows,
        260,
        133,
        0,
    ),
    (
        "Adobe Acrobat Reader",
        "Adobe",
        Windows,
        640,
        24,
        693_043_200,
    ),
    ("Adobe Creative Cloud", "Adobe Inc.", Windows, 70, 6, 0),
    ("Adobe Photoshop 2025", "Adobe Inc.", Windows, 38, 26, 0),
    ("7-Zip 24 (x64)", "Igor Pavlov", Windows, 480, 24, 5_734_400),
    (
        "Notepad++ (64-bit x64)",
        "Notepad++ Team",
        Windows,
        230,
        8,
        0,
    ),
    ("VLC media player", "VideoLAN", Windows, 190, 3, 0),
    ("Zoom Workplace", "Zoom", Windows, 310, 6, 0),
    (
        "Cisco Secure Client",
        "Cisco Systems, Inc.",
        Windows,
        370,
        5,
        48_234_496,
    ),
    ("Company VPN", "IT", Windows, 860, 3, 48_234_496),
    ("KeePass Password Safe", "Dominik Reichl", Windows, 85, 2, 0),
    ("Git", "The Git Development Community", Windows, 130, 2, 0),
    ("Node.js", "Node.js Foundation", Windows, 75, 22, 0),
    (
        "Python 3.12 (64-bit)",
        "Python Software Foundation",
        Windows,
        90,
        3,
        0,
    ),
    ("Java 8 (64-bit)", "Oracle Corporation", Windows, 120, 8, 0),
    (
        "Eclipse Temurin JDK (x64)",
        "Eclipse Adoptium",
        Windows,
        40,
        21,
        0,
    ),
    ("Docker Desktop", "Docker Inc.", Windows, 48, 4, 0),
    ("PuTTY (64-bit)", "Simon Tatham", Windows, 66, 0, 4_194_304),
    ("WinSCP", "Martin Prikryl", Windows, 52, 6, 0),
    ("FileZilla Client", "Tim Kosse", Windows, 58, 3, 0),
    ("TeamViewer", "TeamViewer", Windows, 44, 15, 0),
    ("AnyDesk", "AnyDesk Software GmbH", Windows, 21, 9, 0),
    ("Remote Support", "IT", Windows, 790, 2, 12_582_912),
    (
        "Citrix Workspace",
        "Citrix Systems, Inc.",
        Windows,
        88,
        24,
        0,
    ),
    ("SAP GUI for Windows 8.00", "SAP SE", Windows, 160, 8, 0),
    ("AutoCAD LT", "Autodesk, Inc.", Windows, 26, 25, 0),
    ("Figma", "Figma, Inc.", Windows, 47, 124, 0),
    ("Slack", "Slack Technologies Inc.", Windows, 105, 4, 0),
    ("Dell Command | Update", "Dell Inc.", Windows, 300, 5, 0),
    (
        "Lenovo Vantage Service",
        "Lenovo Group Ltd.",
        Windows,
        220,
        4,
        0,
    ),
    ("HP Support Assistant", "HP Inc.", Windows, 150, 9, 0),
    (
        "Realtek Audio Driver",
        "Realtek Semiconductor Corp.",
        Windows,
        680,
        6,
        0,
    ),
    (
        "Intel(R) Management Engine Components",
        "Intel Corporation",
        Windows,
        720,
        24,
        0,
    ),
    (
        "Microsoft Edge",
        "com.microsoft.edgemac",
        MacOs,
        900,
        131,
        629_145_600,
    ),
    (
        "Microsoft Outlook",
        "com.microsoft.Outlook",
        MacOs,
        930,
        16,
        2_147_483_648,
    ),
    (
        "Microsoft Teams",
        "com.microsoft.teams2",
        MacOs,
        910,
        24,
        1_073_741_824,
    ),
    (
        "OneDrive",
        "com.microsoft.OneDrive",
        MacOs,
        900,
        24,
        1_181_116_006,
    ),
    (
        "Company Portal",
        "com.microsoft.CompanyPortalMac",
        MacOs,
        980,
        5,
        157_286_400,
    ),
    (
        "Google Chrome",
        "com.google.Chrome",
        MacOs,
        720,
        131,
        1_289_748_480,
    ),
    (
        "Firefox",
        "org.mozilla.firefox",
        MacOs,
        240,
        133,
        408_944_640,
    ),
    (
        "Slack",
        "com.tinyspeck.slackmacgap",
        MacOs,
        330,
        4,
        524_288_000,
    ),
    ("zoom.us", "us.zoom.xos", MacOs, 410, 6, 262_144_000),
    ("Figma", "com.figma.Desktop", MacOs, 290, 124, 314_572_800),
    ("Xcode", "com.apple.dt.Xcode", MacOs, 120, 16, 3_435_973_836),
    ("Docker", "com.docker.docker", MacOs, 140, 4, 1_932_735_283),
    ("iTerm", "com.googlecode.iterm2", MacOs, 170, 3, 83_886_080),
    (
        "Microsoft Outlook",
        "Microsoft Corporation",
        Ios,
        960,
        4,
        398_458_880,
    ),
    (
        "Microsoft Teams",
        "Microsoft Corporation",
        Ios,
        930,
        6,
        419_430_400,
    ),
    (
        "Microsoft Authenticator",
        "Microsoft Corporation",
        Ios,
        970,
        6,
        157_286_400,
    ),
    (
        "Intune Company Portal",
        "Microsoft Corporation",
        Ios,
        990,
        5,
        104_857_600,
    ),
    (
        "Microsoft OneDrive",
        "Microsoft Corporation",
        Ios,
        610,
        16,
        367_001_600,
    ),
    ("Adobe Acrobat", "Adobe Inc.", Ios, 210, 24, 335_544_320),
    (
        "Microsoft Outlook",
        "Microsoft Corporation",
        Android,
        940,
        4,
        146_800_640,
    ),
    (
        "Microsoft Teams",
        "Microsoft Corporation",
        Android,
        920,
        1416,
        178_257_920,
    ),
    (
        "Microsoft Authenticator",
        "Microsoft Corporation",
        Android,
        960,
        6,
        94_371_840,
    ),
    (
        "Intune Company Portal",
        "Microsoft Corporation",
        Android,
        990,
        5,
        73_400_320,
    ),
    (
        "Microsoft Edge",
        "Microsoft Corporation",
        Android,
        540,
        131,
        188_743_680,
    ),
];

/// Versions of a product that are about, newest first, with their shares in per cent.
const SHARES: [u64; 4] = [58, 25, 12, 5];

/// An app of the listing: a product in one version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DetectedApp {
    product: usize,
    version: usize,
    what: &'static Product,
}

/// Every version of every product, also those that no device has.
pub(crate) fn all() -> impl Iterator<Item = DetectedApp> {
    PRODUCTS.iter().enumerate().flat_map(|(product, what)| {
        (0..SHARES.len()).map(move |version| DetectedApp {
            product,
            version,
            what,
        })
    })
}

/// The apps that at least one device has, each with its number of devices.
pub(crate) fn found(tenant: &Tenant) -> Vec<(DetectedApp, usize)> {
    let mut counts: Vec<usize> = vec![0; PRODUCTS.len() * SHARES.len()];
    for number in 0..managed::places(tenant) {
        let Some(device) = Managed::at(tenant, number) else {
            continue;
        };
        for (product, what) in PRODUCTS.iter().enumerate() {
            if what.2 == device.platform
                && let Some(version) = version_on(product, what, device.id)
                && let Some(count) = counts.get_mut(product * SHARES.len() + version)
            {
                *count += 1;
            }
        }
    }
    let counted = all().zip(counts);
    counted.filter(|(_, count)| *count > 0).collect()
}

/// The version of a product that a device of its platform has, if it has the product.
fn version_on(product: usize, what: &Product, device: Guid) -> Option<usize> {
    let question = 1_000 + product as u64;
    if !among(device, question, what.3) {
        return None;
    }
    let lot = roll(device, question + 500) % 100;
    let mut below = 0;
    SHARES.iter().position(|share| {
        below += share;
        lot < below
    })
}

impl DetectedApp {
    pub(crate) fn name(&self) -> &'static str {
        self.what.0
    }

    pub(crate) fn publisher(&self) -> &'static str {
        self.what.1
    }

    pub(crate) fn platform(&self) -> Platform {
        self.what.2
    }

    pub(crate) fn size(&self) -> u64 {
        self.what.5
    }

    /// Ids of detected apps are longer than those of other things.
    pub(crate) fn id(&self, tenant: &Tenant) -> String {
        let number = self.product * SHARES.len() + self.version;
        let first = place::id(tenant, Set::DetectedApp, number);
        let second = place::id(tenant, Set::DetectedAppRest, number);
        format!("{first:032x}{second:032x}")
    }

    pub(crate) fn version(&self) -> String {
        let (product, back) = (self.product as u64, self.version as u64);
        let minor = product * 7 % 40 + 12 - back * 3;
        let build = 4_000 + product * 131 % 5_000 - back * 57;
        format!("{}.{minor}.{build}.{}", self.what.4, product * 13 % 90)
    }

    /// The device at a place, if the app is on it. The id alone says most of the time that it is not.
    pub(crate) fn on<'t>(&self, tenant: &'t Tenant, at: usize) -> Option<Managed<'t>> {
        let id = place::id(tenant, Set::ManagedDevice, at);
        if version_on(self.product, self.what, id) != Some(self.version) {
            return None;
        }
        Managed::at(tenant, at).filter(|device| device.platform == self.what.2)
    }
}
