mod field;
mod live;
mod update;
