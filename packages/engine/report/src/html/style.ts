/** Style of the page: light and dark, narrow and wide. */
export const style = `
:root { color-scheme: light dark; --back: #fff; --text: #1f2328; --dim: #59636e; --line: #d1d9e0; --soft: #f6f8fa; --link: #0550ae;
  --create: #116329; --update: #7d4e00; --replace: #6639ba; --delete: #b3141d; --waiting: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #f0f6fc; --dim: #9198a1; --line: #3d444d; --soft: #151b23;
  --link: #79b8ff; --create: #56d364; --update: #e3b341; --replace: #d2a8ff; --delete: #ff938a; --waiting: #79b8ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 90rem; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; line-height: 1.3; } h2 { font-size: 1.1rem; margin-top: 2rem; }
a { color: var(--link); } .dim { color: var(--dim); }
code, pre, .node text { font-family: ui-monospace, monospace; font-size: 13px; }
.loss { border-left: 4px solid var(--delete); padding: .5rem 1rem; background: var(--soft); }
.filter { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: 1rem 0; }
.filter fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: .25rem .9rem; }
input[type=search] { font: inherit; padding: .3rem .5rem; max-width: 100%; color: inherit; background: var(--back); border: 1px solid var(--dim); border-radius: 6px; }
.scroll { overflow: auto; max-width: 100%; } .graph { max-height: 75vh; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; } th, td { padding: .3rem .6rem; text-align: left; border-bottom: 1px solid var(--line); overflow-wrap: normal; }
th { white-space: nowrap; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.status { font-weight: 600; } .destructive .status, .failed .status, .loud { color: var(--delete); } .changed .status { color: var(--create); }
.waiting .status { color: var(--waiting); } .unchanged .status { color: var(--dim); font-weight: 400; } .loud { font-weight: 700; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem; content-visibility: auto; contain-intrinsic-size: auto 40px; }
summary { cursor: pointer; } summary:focus-visible, a:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
pre { overflow: auto; background: var(--soft); padding: .6rem; border-radius: 6px; margin: .5rem 0; }
pre span { display: block; } pre .create { color: var(--create); } pre .update { color: var(--update); } pre .replace { color: var(--replace); }
pre .delete, pre .problem { color: var(--delete); }
.node rect { fill: var(--soft); stroke: var(--dim); stroke-width: 1.5; } .node text { fill: var(--text); } .node:focus-visible { outline: none; }
.node:focus-visible rect { stroke-width: 4; } .node.destructive rect, .node.failed rect { stroke: var(--delete); } .node.failed rect { stroke-dasharray: 5 3; stroke-width: 2.5; }
.node.destructive rect { stroke-width: 3; } .node.changed rect { stroke: var(--create); stroke-width: 2.5; } .node.waiting rect { stroke: var(--waiting); stroke-dasharray: 2 3; }
.edge { fill: none; stroke: var(--dim); } .arrow { fill: var(--dim); }
[hidden] { display: none; }
`;
