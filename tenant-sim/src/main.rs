//! Serves a simulated tenant until Ctrl-C, and prints the environment variables that point a program at it.

use std::io::Write as _;
use std::num::NonZeroU16;
use std::process::ExitCode;

use tenant_sim::{Area, FaultPlan, GenerateOptions, Sim, SimHandle, Tenant, ThrottleMode};

const USAGE: &str = "\
usage: tenant-sim [options]

Serves a simulated Microsoft 365 tenant on 127.0.0.1 until Ctrl-C.
Unless something of it is said it is the small example tenant, and no generated one.

  --users N      accounts of the generated tenant (default 200)
  --groups N     groups of the generated tenant (default a twentieth of the users)
  --devices N    devices of the generated tenant (default three fifths of the users)
  --no-premium   a generated tenant without Entra ID P1 and P2
  --no-intune    a generated tenant without Intune
  --tenants N    generated tenants, of this seed and those after it (default 1)
  --seed N       the same seed gives the same tenant and faults (default 1)
  --page-size N  items on a page, instead of the documented sizes
  --revoke NAME  take an application permission away; may be given more than once
  --conceal      conceal names in usage reports
  --hostile      turn on the fault plan
  --throttle     apply the documented limits at the real pace
  --port N       the port (default: any free one)
  --help         this text
";

#[derive(Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
struct Arguments {
    users: Option<usize>,
    groups: Option<usize>,
    devices: Option<usize>,
    tenants: Option<NonZeroU16>,
    no_premium: bool,
    no_intune: bool,
    revoked: Vec<String>,
    conceal: bool,
    seed: Option<u64>,
    page_size: Option<usize>,
    hostile: bool,
    throttle: bool,
    port: u16,
    help: bool,
}

impl Arguments {
    fn parse(mut given: impl Iterator<Item = String>) -> Result<Self, String> {
        fn number<T: std::str::FromStr>(name: &str, value: Option<String>) -> Result<T, String> {
            let value = value.ok_or_else(|| format!("{name} needs a number after it"))?;
            value
                .parse()
                .map_err(|_| format!("{name} needs a number in range, and '{value}' is not one"))
        }
        let mut arguments = Self::default();
        while let Some(name) = given.next() {
            match name.as_str() {
                "--users" => arguments.users = Some(number(&name, given.next())?),
                "--groups" => arguments.groups = Some(number(&name, given.next())?),
                "--tenants" => arguments.tenants = Some(number(&name, given.next())?),
                "--seed" => arguments.seed = Some(number(&name, given.next())?),
                "--page-size" => arguments.page_size = Some(number(&name, given.next())?),
                "--port" => arguments.port = number(&name, given.next())?,
                "--devices" => arguments.devices = Some(number(&name, given.next())?),
                "--no-premium" => arguments.no_premium = true,
                "--no-intune" => arguments.no_intune = true,
                "--revoke" => {
                    let permission = given.next();
                    let permission =
                        permission.ok_or_else(|| format!("{name} needs a permission after it"))?;
                    check_permission(&permission)?;
                    arguments.revoked.push(permission);
                }
                "--conceal" => arguments.conceal = true,
                "--hostile" => arguments.hostile = true,
                "--throttle" => arguments.throttle = true,
                "--help" | "-h" => arguments.help = true,
                other => return Err(format!("unknown option '{other}'")),
            }
        }
        Ok(arguments)
    }

    fn tenants(&self) -> Vec<Tenant> {
        let numbers = [self.users, self.groups, self.devices];
        let is_said = numbers.iter().any(Option::is_some)
            || self.seed.is_some()
            || self.tenants.is_some()
            || self.no_premium
            || self.no_intune;
        if !is_said {
            return vec![Tenant::example()];
        }
        let users = self.users.unwrap_or(200);
        let groups = self.groups.unwrap_or(users / 20);
        let generate = |number: u16| {
            Tenant::generate(GenerateOptions {
                seed: self.seed.unwrap_or(1).wrapping_add(number.into()),
                users,
                groups,
                devices: self.devices,
                premium: !self.no_premium,
                intune: !self.no_intune,
                ..GenerateOptions::default()
            })
        };
        let count = self.tenants.map_or(1, NonZeroU16::get);
        (0..count).map(generate).collect()
    }
}

/// Refuses a name that nothing served asks for.
fn check_permission(name: &str) -> Result<(), String> {
    let known = || Area::ALL.into_iter().flat_map(Area::permissions);
    if known().any(|permission| *permission == name) {
        return Ok(());
    }
    let given = name.to_lowercase();
    let nearest = known()
        .map(|known| (strsim::osa_distance(&given, &known.to_lowercase()), *known))
        .min()
        // Farther ones have little in common.
        .filter(|(distance, _)| *distance <= 4);
    let hint = nearest.map_or_else(String::new, |(_, name)| format!(": did you mean '{name}'?"));
    Err(format!(
        "nothing that is served needs the permission '{name}'{hint}"
    ))
}

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            complain(&format!("tenant-sim: {problem}\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    if arguments.help {
        return if say(USAGE) {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    }
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            complain(&format!("tenant-sim: {problem}\n"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = Sim::builder()
        .tenants(arguments.tenants())
        .port(arguments.port);
    if let Some(size) = arguments.page_size {
        builder = builder.page_size(size);
    }
    if arguments.hostile {
        builder = builder.faults(FaultPlan::hostile(arguments.seed.unwrap_or(1)));
    }
    if arguments.throttle {
        builder = builder.throttle(ThrottleMode::Documented { time_scale: 1.0 });
    }
    let sim = builder.start_blocking()?;
    for tenant in sim.tenants() {
        for permission in &arguments.revoked {
            tenant.revoke(permission);
        }
        tenant.conceal_report_names(arguments.conceal);
    }
    if !say(&environment(&sim)) {
        return Err("nobody reads the output".into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(tokio::signal::ctrl_c())?;
    Ok(())
}

/// One `export` line each, and a comment for each further tenant.
fn environment(sim: &SimHandle) -> String {
    let exports = [
        ("M365_TENANT_ID", sim.tenant_id()),
        ("M365_CLIENT_ID", sim.client_id()),
        ("M365_CLIENT_SECRET", sim.client_secret()),
        ("M365_GRAPH_URL", sim.graph_url()),
        ("M365_LOGIN_URL", sim.login_url()),
    ]
    .map(|(name, value)| format!("export {name}={value}\n"));
    let further = sim
        .tenants()
        .skip(1)
        .map(|tenant| format!("# M365_TENANT_ID={}\n", tenant.tenant_id()));
    exports.into_iter().chain(further).collect()
}

/// Writes to standard output at once, for a script that waits for the lines.
fn say(text: &str) -> bool {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .is_ok()
}

fn complain(text: &str) {
    // There is nobody left to tell if standard error is closed.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split_whitespace().map(ToOwned::to_owned))
    }

    #[test]
    fn options_are_understood() {
        let all = parse(
            "--users 3000 --tenants 3 --seed 7 --hostile --port 4000 --throttle --groups 150 --page-size 10 --devices 9 \
             --no-premium --no-intune --revoke User.Read.All --revoke Group.Read.All --conceal",
        )
        .unwrap();
        let expected = Arguments {
            users: Some(3_000),
            groups: Some(150),
            devices: Some(9),
            tenants: NonZeroU16::new(3),
            no_premium: true,
            no_intune: true,
            revoked: vec!["User.Read.All".to_owned(), "Group.Read.All".to_owned()],
            conceal: true,
            seed: Some(7),
            page_size: Some(10),
            hostile: true,
            throttle: true,
            port: 4_000,
            help: false,
        };
        assert_eq!(all, expected);
        assert_eq!(parse("").unwrap(), Arguments::default());
    }

    #[test]
    fn mistakes_are_named() {
        for (line, problem) in [
            ("--users", "--users needs a number after it"),
            (
                "--users many",
                "--users needs a number in range, and 'many' is not one",
            ),
            (
                "--port 70000",
                "--port needs a number in range, and '70000' is not one",
            ),
            ("--revoke", "--revoke needs a permission after it"),
            (
                "--tenants 0",
                "--tenants needs a number in range, and '0' is not one",
            ),
            (
                "--revoke user.read.all",
                "nothing that is served needs the permission 'user.read.all': did you mean 'User.Read.All'?",
            ),
            (
                "--revoke Reports.Read",
                "nothing that is served needs the permission 'Reports.Read': did you mean 'Reports.Read.All'?",
            ),
            (
                "--revoke Gruop.Read.All",
                "nothing that is served needs the permission 'Gruop.Read.All': did you mean 'Group.Read.All'?",
            ),
            (
                "--revoke Printers",
                "nothing that is served needs the permission 'Printers'",
            ),
            ("--fast", "unknown option '--fast'"),
        ] {
            assert_eq!(parse(line).unwrap_err(), problem);
        }
    }
}
