"""The report's own styles, on top of those that all pages share."""

STYLE = """
svg { display: block; overflow: visible; }
svg text { font: 12.5px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--muted); }
.marks { margin-top: 14px; }
.axis { stroke: var(--border); stroke-width: 1.5; }
.dot { fill: var(--accent); fill-opacity: .82; }
.dot.waits { fill: var(--paper); stroke: var(--accent); stroke-width: 1.6; }
.marks a:hover .dot { fill: var(--bad); }
line.median { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 4 3; }
svg text.median { fill: var(--bad); font-weight: 600; }
.legend { color: var(--muted); font-size: 13.5px; }
.legend span { margin-right: 8px; white-space: nowrap; }
.key { display: inline-block; width: 11px; height: 11px; margin-right: 5px; border-radius: 3px;
  vertical-align: -1px; }
.key.good, .shares .good { background: var(--good-fill); }
.key.part, .shares .part { background: var(--part-fill); }
.key.bad, .shares .bad { background: var(--bad-fill); }
.key.open, .shares .open { background: var(--open-fill); }
.key.wait, .shares .wait {
  background: repeating-linear-gradient(135deg, var(--border) 0 3px, var(--paper) 3px 6px);
}
.exercise { padding: 16px 0 14px; border-bottom: 1px solid var(--line); }
.row { display: flex; flex-wrap: wrap; gap: 2px 20px; justify-content: space-between; align-items: baseline; }
.row h3 .quiet { font-weight: 400; font-size: 14px; margin-left: 6px; }
.facts { margin: 0; color: var(--muted); font-size: 13.5px; font-variant-numeric: tabular-nums; }
.shares { display: flex; gap: 2px; height: 22px; margin: 7px 0 2px; }
.shares span { min-width: 3px; border-radius: 3px; color: black; font-size: 12px; line-height: 22px;
  text-align: center; overflow: hidden; }
.shares .wait { color: var(--ink); }
.keys { list-style: none; margin: 10px 0 0; padding: 0; }
.keys li { display: grid; grid-template-columns: 24px 96px minmax(0, 1fr); gap: 12px; padding: 5px 0;
  align-items: start; }
.keys .n { text-align: right; font-weight: 600; font-variant-numeric: tabular-nums; }
.keys code { color: var(--bad); font-weight: 600; margin-right: 4px; }
.tally { height: 8px; margin-top: 8px; background: var(--panel); border-radius: 4px; overflow: hidden; }
.tally i, .meter i { display: block; height: 100%; background: var(--bad-fill); border-radius: 4px; }
.names { margin: 0; font-size: 13.5px; }
details { font-size: 13.5px; } details p { margin: 2px 0 4px; }
summary { cursor: pointer; color: var(--muted); width: max-content; }
.look { display: grid; grid-template-columns: 96px minmax(120px, 240px) minmax(0, 1fr); gap: 4px 14px; padding: 8px 0;
  border-bottom: 1px solid var(--line); align-items: baseline; }
.badge { justify-self: start; padding: 0 9px; border-radius: 10px; border: 1px solid currentColor; font-size: 12.5px;
  white-space: nowrap; }
.look.bad .badge { color: var(--bad); } .look.part .badge { color: var(--part); }
.look.open .badge { color: var(--muted); }
.who { font-weight: 600; overflow-wrap: anywhere; }
.group { display: grid; grid-template-columns: minmax(160px, 320px) minmax(0, 1fr); gap: 4px 20px; padding: 9px 0;
  border-bottom: 1px solid var(--line); }
.alike { display: grid; grid-template-columns: minmax(0, 1fr) 120px 46px; gap: 10px; align-items: center; }
.alike .number { text-align: right; }
.meter { height: 8px; background: var(--panel); border-radius: 4px; overflow: hidden; }
.meter i { background: var(--part-fill); }
.cell { display: grid; grid-template-columns: minmax(0, 210px) minmax(80px, 1fr) 60px minmax(0, 250px); gap: 4px 14px;
  padding: 6px 0; align-items: center; }
.cell code { overflow-wrap: anywhere; }
.cell .number { text-align: right; font-weight: 600; }
.track { stroke: var(--line); stroke-width: 2; } .reach { stroke: var(--accent); stroke-width: 2; }
.mid { fill: var(--accent); } .end { stroke: var(--accent); stroke-width: 2; }
@media (max-width: 640px) {
  .keys li { grid-template-columns: 20px 40px minmax(0, 1fr); gap: 8px; }
  .look { grid-template-columns: auto minmax(0, 1fr); }
  .look > :last-child { grid-column: 1 / -1; }
  .group { grid-template-columns: minmax(0, 1fr); }
  .alike { grid-template-columns: minmax(0, 1fr) 70px 46px; }
  .cell { grid-template-columns: minmax(0, 1fr) 60px; }
  .cell > svg { grid-column: 1 / -1; grid-row: 2; }
  .cell > .quiet { grid-column: 1 / -1; font-size: 13px; }
}
@media print { .exercise, .look, .group, .cell, .keys li { break-inside: avoid; } }
"""
