//! Paths that the owner of the simulation answers.

use serde_json::Value;

use crate::sim::SimHandle;

impl SimHandle {
    /// Answers GET of a path with this JSON, alone and in a `$batch`, before what is built in. A later answer for the
    /// path replaces it.
    ///
    /// A path is served in both versions, or in one where it begins with `v1.0/` or `beta/`, whatever the options
    /// after a `?` are. It needs a token with a role, as everything does, but no permission or license of its own;
    /// faults and limits apply. [`Stats::by_route`](crate::Stats::by_route) counts it by its path.
    ///
    /// `false` means that there are a thousand other paths, and that it is not served.
    ///
    /// ```
    /// use serde_json::json;
    ///
    /// # fn main() -> Result<(), tenant_sim::StartError> {
    /// let sim = tenant_sim::Sim::builder().start_blocking()?;
    /// let next = format!("{}/v1.0/print/printers/more", sim.graph_url());
    /// sim.route("print/printers", json!({"value": [{"id": "1"}], "@odata.nextLink": next}));
    /// sim.route("print/printers/more", json!({"value": [{"id": "2"}]}));
    /// # Ok(())
    /// # }
    /// ```
    pub fn route(&self, path: &str, body: Value) -> bool {
        self.route_status(path, 200, body)
    }

    /// The same with a status, for instance 403 and an error. `false` also means that the status is not one of an
    /// answer: 200 to 599.
    pub fn route_status(&self, path: &str, status: u16, body: Value) -> bool {
        self.shared.control().routes.insert(path, status, body)
    }
}
