import { CpuOps } from "../engine/credit/cpuOps";
import type { Node } from "../engine/credit/ops";
import { giveWay } from "./courtesy";

/** Gives way to the page between the nodes of a graph: on a large batch a method takes seconds. */
export class PoliteOps extends CpuOps {
	protected override compute(node: Node): Float64Array {
		giveWay();
		return super.compute(node);
	}
}
