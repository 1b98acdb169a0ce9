import { DasError } from "../../errors/das-error.js";
import { BinAverages } from "../../reducers/binning/bin-averages.js";
import { type PlanePlan, type PlanOptions, planPlanes } from "../../reducers/binning/plane-plan.js";
import { layoutOf, recordLayout } from "../../reducers/binning/record-layout.js";
import type { PacketHeader, StreamTransform } from "../../stream/model.js";
import { packetHeader } from "../../stream/packet-header.js";
import { propertyText, withProperty } from "../../stream/properties.js";
import type { Time } from "../../stream/time.js";

/** The wider bins that are made of records of a level. */
export interface JoinedBins {
  /** Width, s; whole bins of the level. */
  readonly seconds: number;
  /** Where a bin begins. */
  readonly origin: Time;
  /**
   * `reduced`: the planes and headers that the source's reducer gives (default). `joined`: with those of the companion, for wider bins
   * still.
   */
  readonly layout?: "reduced" | "joined";
}

/** Planes of one packet, with those of its companion. */
const MOST_PLANES = 99;

/**
 * Makes wider bins of joined records (`joinedItems`, or `readLevel` with the layout `joined`): means weighted by the numbers of their
 * samples, least of the least, greatest of the greatest, sums of counts, deviations pooled with their means. Equal to what the reducer
 * gives for the packets themselves within one unit in the last place of the output type at the largest |value| of the bin.
 * Source: reducers 3.2; das2-server 15.5.
 */
export function reduceJoined({ seconds, origin, layout = "reduced" }: JoinedBins): StreamTransform {
  // What is said of the stream is that of the reducer which made the records.
  let sourceId: string | undefined;
  const bins = new BinAverages({
    name: "das2_bin_avgsec",
    bins: { width: seconds, begin: origin },
    derived: { range: false, peak: false, deviation: false, count: false },
    mostPlanes: MOST_PLANES,
    describesBins: true,
    dropsProgress: true,
    plan: layout === "joined" ? planJoined : planMain,
  });
  return {
    push(item, emit) {
      if (item.kind === "stream") sourceId = propertyText(item.header.properties, "sourceId");
      bins.push(item, (made) => {
        if (made.kind !== "stream" || sourceId === undefined) emit(made);
        else {
          const property = { name: "sourceId", type: "String", value: sourceId } as const;
          const properties = withProperty(made.header.properties, property);
          emit({ kind: "stream", header: { ...made.header, properties } });
        }
      });
    },
    end: (emit) => bins.end(emit),
  };
}

/** Records of all planes, which can be joined again. */
function planJoined(input: PacketHeader, options: PlanOptions): PlanePlan {
  const plan = planOf(input, options);
  const { main, companion } = layoutOf(input);
  const [x, ...planes] = plan.header.planes;
  const wider = (header: PacketHeader) =>
    packetHeader({ ...header, planes: [x!, ...header.planes.slice(1)] });
  const { record } = recordLayout(
    wider(main),
    [x!, ...planes],
    companion === undefined ? undefined : wider(companion),
  );
  return { ...plan, header: record };
}

/** Records of the planes that the source's reducer gives, as it calls them. */
function planMain(input: PacketHeader, options: PlanOptions): PlanePlan {
  const plan = planOf(input, options);
  const { main } = layoutOf(input);
  const [x] = plan.header.planes;
  return {
    columns: plan.columns,
    values: plan.values.slice(0, main.planes.length - 1),
    header: packetHeader({ ...main, planes: [x!, ...main.planes.slice(1)] }),
  };
}

/** Errors: UNSUITED_STREAM for records that do not say how many samples are behind their averages. */
function planOf(input: PacketHeader, options: PlanOptions): PlanePlan {
  const plan = planPlanes(input, { ...options, joinsResults: true });
  if (plan.columns.some(({ reduction, weights }) => reduction === "mean" && weights === undefined))
    throw new DasError(
      "UNSUITED_STREAM",
      `packet ${input.id} does not say how many samples are behind its averages`,
    );
  return plan;
}
