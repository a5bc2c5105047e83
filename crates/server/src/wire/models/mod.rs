//! LiteLLM's request models, one line a member, and the query parameters of the reading endpoints. The order of members
//! is the order in which problems are reported. A name that stands here is LiteLLM's class name in capitals.

pub mod audit;
pub mod budgets;
pub mod credentials;
pub mod customers;
pub mod deployments;
pub mod keys;
pub mod ledger;
pub mod management;
pub mod organizations;
pub mod settings;
pub mod teams;
pub mod users;
