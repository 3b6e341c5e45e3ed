//! d
mod common;
use std::sync::Arc;
use m365_collect::*;
use tenant_sim::*;
#[tokio::test(flavor = "multi_thread")]
async fn dbg() {
    let tenant = Tenant::generate(GenerateOptions { seed: 21, users: 80, groups: 12, ..GenerateOptions::default() });
    let mut hostile = FaultPlan::hostile(21);
    hostile.retry_after_scale = 0.0; hostile.slow_body = 0.0; hostile.foreign_next_link = 0.05;
    let sim = Sim::builder().tenant(tenant).faults(hostile).page_size(20).start().await.unwrap();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    for n in 0..3 {
        let e = common::engine(&sim, &store);
        let t = std::time::Instant::now();
        let (sender, mut events) = progress_channel(100_000);
        let e = e.progress(Arc::new(sender));
        let watch = tokio::spawn(async move { use futures::StreamExt; let mut open = std::collections::BTreeSet::new(); let mut n = 0; loop { match tokio::time::timeout(std::time::Duration::from_secs(8), events.next()).await { Ok(Some(ev)) => { n += 1; match &ev { ProgressEvent::Started{source} => { open.insert(source.to_string()); } ProgressEvent::Finished{source,..} => { open.remove(source.as_str()); } _ => if n % 2000 == 0 { println!("9 {n} {ev:?} open {open:?}"); } } }, Ok(None) => break, Err(_) => println!("9 idle {n} open {open:?}") } } });
        let r = tokio::time::timeout(std::time::Duration::from_secs(30), e.run()).await.expect("hang"); drop(e); let _ = watch.await;
        println!("{n} took {:?}", t.elapsed());
        if let Ok(r) = r { let mut v: Vec<_> = r.sources.iter().collect(); v.sort_by_key(|s| std::cmp::Reverse(s.tally.elapsed_ms)); for s in v.iter().take(12) { println!("{n} {} {:?} {} req {} ms", s.id, s.outcome, s.tally.requests, s.tally.elapsed_ms); } } else { println!("{n} {r:?}"); }
    }
}
