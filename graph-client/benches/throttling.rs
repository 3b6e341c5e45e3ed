//! What share of a limit the client gets through, and what it wastes: `cargo bench -p graph-client
//! --bench throttling`. Virtual time, fixed seeds: the same figures on every machine.
#![allow(
    clippy::print_stdout,
    missing_docs,
    reason = "a program that prints a table"
)]

#[path = "../tests/it/support/simulation.rs"]
mod simulation;

use std::time::Duration;

use graph_client::LearnedLimits;
use simulation::{Counting, Run, Truth};

fn main() {
    use Counting::{Accruing, Fixed};
    println!("600 s of virtual time, about 120 ms round trip, callers that never rest");
    println!("share of the true limit got through / share of requests refused with 429\n");
    println!(
        "{:<44} {:>16} {:>16} {:>16}",
        "client", "800/s accruing", "20/s accruing", "20/s fixed"
    );
    let cases = [(Accruing, 800.0), (Accruing, 20.0), (Fixed, 20.0)];
    for (name, factor) in [
        ("pauses alone, no limit documented", None),
        ("limit documented", Some(1.0)),
        ("documented 40 % too high", Some(1.4)),
        ("true limit 60 % of documented", Some(1.0 / 0.6)),
    ] {
        print!("{name:<44}");
        for (counting, rate) in cases {
            print!(" {:>16}", cell(counting, rate, factor));
        }
        println!();
    }
    println!(
        "\n{:<44} {:>16} {:>16}",
        "small quota, 5 per 10 s true", "accruing", "fixed"
    );
    for (name, documented) in [
        ("known", 5),
        ("documented 7", 7),
        ("documented 10", 10),
        ("documented 50", 50),
    ] {
        print!("{name:<44}");
        for counting in [Accruing, Fixed] {
            let result = Run::hungry(counting, 0.5, Some(documented)).run();
            print!(" {:>16}", show(result.goodput(), result.wasted()));
        }
        println!();
        if documented == 5 {
            continue;
        }
        print!("{:<44}", format!("{name}, learned limit restored"));
        for counting in [Accruing, Fixed] {
            let first = Run::hungry(counting, 0.5, Some(documented)).run();
            let mut second = Run::hungry(counting, 0.5, Some(documented));
            second.learned = first.learned;
            let result = second.run();
            print!(" {:>16}", show(result.goodput(), result.wasted()));
        }
        println!();
    }
    println!("\nan application-wide limit of 122 per 10 s shared by a noisy and a quiet tenant");
    for callers in [0, 400] {
        let result = shared(callers);
        let quiet = &result.tallies["quiet.example"];
        println!(
            "{callers:>4} callers of the noisy one: p99 of the quiet one {:.0} ms, {} calls",
            quiet.p99().as_secs_f64() * 1000.0,
            quiet.latencies.len()
        );
    }
    println!("\nthe same limit shared by noisy and six quiet tenants: p99 of the worst of these");
    for noisy in [0, 1, 3] {
        let result = many(noisy);
        let quiet = result
            .tallies
            .iter()
            .filter(|(tenant, _)| tenant.starts_with("quiet"))
            .map(|(_, tally)| tally.p99())
            .max()
            .unwrap_or_default();
        println!(
            "{noisy:>4} noisy: p99 {:.0} ms; {} of the limit",
            quiet.as_secs_f64() * 1000.0,
            show(result.goodput(), result.wasted())
        );
    }
    println!("\nlimits of each tenant by itself, one tenant hungry");
    for callers in [0, 400] {
        let result = apart(callers);
        let quiet = &result.tallies["quiet.example"];
        println!(
            "{callers:>4} callers of the noisy one: p99 of the quiet one {:.0} ms, {} calls",
            quiet.p99().as_secs_f64() * 1000.0,
            quiet.latencies.len()
        );
    }
}

fn cell(counting: Counting, rate: f64, factor: Option<f64>) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small positive number"
    )]
    let documented = factor.map(|factor| (rate * 10.0 * factor).round() as u32);
    let result = Run::hungry(counting, rate, documented).run();
    show(result.goodput(), result.wasted())
}

fn show(goodput: f64, wasted: f64) -> String {
    format!("{:.1} % / {:.2} %", goodput * 100.0, wasted * 100.0)
}

fn two_tenants(truth: Truth, documented: u32, noisy: usize) -> simulation::SimulationResult {
    Run {
        truth,
        documented: Some(documented),
        learned: LearnedLimits::default(),
        tenants: vec![
            ("noisy.example", noisy, Duration::ZERO),
            ("quiet.example", 4, Duration::from_secs(2)),
        ],
        seconds: 600,
        seed: 3,
    }
    .run()
}

fn shared(noisy: usize) -> simulation::SimulationResult {
    let truth = Truth {
        counting: Counting::Accruing,
        requests: 122.0,
        per: 10.0,
        shared: true,
    };
    two_tenants(truth, 122, noisy)
}

fn many(noisy: usize) -> simulation::SimulationResult {
    const NOISY: [&str; 3] = ["noisy1.example", "noisy2.example", "noisy3.example"];
    const QUIET: [&str; 6] = [
        "quiet1.example",
        "quiet2.example",
        "quiet3.example",
        "quiet4.example",
        "quiet5.example",
        "quiet6.example",
    ];
    let noisy = NOISY.into_iter().take(noisy);
    let mut tenants: Vec<_> = noisy.map(|tenant| (tenant, 100, Duration::ZERO)).collect();
    // They do not come in step.
    let rests = (0..).map(|n| Duration::from_millis(2_500 + 170 * n));
    tenants.extend(QUIET.into_iter().zip(rests).map(|(t, rest)| (t, 1, rest)));
    Run {
        truth: Truth {
            counting: Counting::Accruing,
            requests: 122.0,
            per: 10.0,
            shared: true,
        },
        documented: Some(122),
        learned: LearnedLimits::default(),
        tenants,
        seconds: 600,
        seed: 3,
    }
    .run()
}

fn apart(noisy: usize) -> simulation::SimulationResult {
    let truth = Truth {
        counting: Counting::Accruing,
        requests: 200.0,
        per: 10.0,
        shared: false,
    };
    two_tenants(truth, 200, noisy)
}
