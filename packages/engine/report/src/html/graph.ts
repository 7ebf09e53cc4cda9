import { graphlib, layout } from "@dagrejs/dagre";
import { groupOf } from "../groups.js";
import { plainLine } from "../plain.js";
import type { ReportedDeployment } from "../report.js";
import { element, escaped } from "../xml.js";

/** More than so many nodes are not drawn: nobody could read them. */
const mostNodes = 400;

const size = { height: 34, gap: 18, margin: 12, letter: 7.4 };

/** The graph of deployments as SVG. */
export interface Graph {
  readonly svg: string;
  /** Deployments that are not drawn: unchanged ones, and ones that have no connection. */
  readonly leftOut: number;
}

/**
 * Draws which deployment refers to which, those that others refer to on the left. Each connected part is laid out for itself, and
 * parts with changes come first.
 *
 * @param anchor The fragment of the page that a deployment's node leads to.
 */
export function drawGraph(results: readonly ReportedDeployment[], anchor: (id: string) => string): Graph {
  const parts = chosen(connectedParts(results));
  const drawn: string[] = [];
  let [width, height, count] = [0, size.margin, 0];
  for (const part of parts) {
    const laidOut = layOut(part);
    drawn.push(
      `<g transform="translate(${String(size.margin)} ${String(Math.round(height))})">${drawPart(laidOut, anchor)}</g>`,
    );
    width = Math.max(width, laidOut.width);
    height += laidOut.height + size.gap;
    count += part.length;
  }
  const [w, h] = [Math.ceil(width) + 2 * size.margin, Math.ceil(height)];
  const box = {
    viewBox: `0 0 ${String(w)} ${String(h)}`,
    width: w,
    height: h,
    role: "group",
    "aria-labelledby": "graph",
  };
  return { svg: element("svg", box, drawn), leftOut: results.length - count };
}

/** Parts in the order of what is to be seen first, as many as may be drawn. */
function chosen(parts: readonly ReportedDeployment[][]): ReportedDeployment[][] {
  const importance = (part: readonly ReportedDeployment[]) =>
    Math.max(
      ...part.map((each) => ["unchanged", "waiting", "changed", "failed", "destructive"].indexOf(groupOf(each))),
    );
  const sorted = [...parts].sort((a, b) => importance(b) - importance(a));
  let count = 0;
  return sorted.filter((part) => {
    const fits = count + part.length <= mostNodes;
    if (fits) count += part.length;
    return fits;
  });
}

function connectedParts(results: readonly ReportedDeployment[]): ReportedDeployment[][] {
  const byId = new Map(results.map((each) => [each.id, each]));
  const neighbours = new Map(results.map(({ id }): [string, string[]] => [id, []]));
  for (const { id, origin } of results)
    for (const upstream of origin?.references ?? []) {
      if (!byId.has(upstream)) continue;
      neighbours.get(id)?.push(upstream);
      neighbours.get(upstream)?.push(id);
    }
  const seen = new Set<string>();
  return results.flatMap(({ id }) => {
    const part: ReportedDeployment[] = [];
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const found = seen.has(next) ? undefined : byId.get(next);
      seen.add(next);
      if (!found) continue;
      part.push(found);
      open.push(...(neighbours.get(next) ?? []));
    }
    return part.length > 0 ? [part] : [];
  });
}

interface LaidOut {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly {
    readonly deployment: ReportedDeployment;
    readonly label: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
  }[];
  readonly edges: readonly (readonly { readonly x: number; readonly y: number }[])[];
}

function layOut(part: readonly ReportedDeployment[]): LaidOut {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 12, ranksep: 50, ranker: "longest-path" });
  graph.setDefaultEdgeLabel(() => ({}));
  const labels = new Map(part.map(({ id }) => [id, plainLine(id, 48)]));
  for (const [id, label] of labels) graph.setNode(id, { width: label.length * size.letter + 24, height: size.height });
  for (const { id, origin } of part)
    for (const upstream of origin?.references ?? [])
      if (labels.has(upstream) && upstream !== id) graph.setEdge(upstream, id);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: part.map((deployment) => {
      const { x, y, width } = graph.node(deployment.id);
      return { deployment, label: labels.get(deployment.id) ?? "", x, y, width };
    }),
    edges: graph.edges().map((edge: { v: string; w: string }) => graph.edge(edge).points ?? []),
  };
}

function drawPart({ nodes, edges }: LaidOut, anchor: (id: string) => string): string {
  const lines = edges.map((points) => {
    const path = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join(" ");
    return element("path", { class: "edge", d: path, "marker-end": "url(#arrow)" });
  });
  const boxes = nodes.map(({ deployment, label, x, y, width }) => {
    const { id, status } = deployment;
    const rect = {
      x: (x - width / 2).toFixed(1),
      y: (y - size.height / 2).toFixed(1),
      width: width.toFixed(1),
      height: size.height,
      rx: 6,
    };
    const text = { x: x.toFixed(1), y: (y + 4.5).toFixed(1), "text-anchor": "middle" };
    return element(
      "a",
      { href: `#${anchor(id)}`, class: `node ${groupOf(deployment)}`, "aria-label": `${id}: ${status}` },
      [
        element("title", {}, [escaped(`${plainLine(id)}: ${status}`)]),
        element("rect", rect),
        element("text", text, [escaped(label)]),
      ],
    );
  });
  return [...lines, ...boxes].join("");
}
