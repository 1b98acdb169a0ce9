import { pixelsInMemory } from "../../../fits/image.js";
import type { NewLink } from "../../store/new-record.js";
import type { ImageContent } from "../../store/write-image-file.js";
import type { DrmsValue } from "../../values/drms-type.js";
import type { ImageKind, KeywordValues, SunImage, SunRecord } from "../sun/index.js";
import { CALIBRATIONS } from "./calibrations.js";
import { firstFiltergram } from "./filtergrams.js";
import { particleHits } from "./particle-hits.js";
import type { ImageSeriesName } from "./sample-series.js";
import { spotMap } from "./spot-map.js";

/** A record before its files are somewhere: the links that follow from its values, and the images of its segments by name. */
export interface ObservedRecord {
  readonly keywords: Readonly<Record<string, DrmsValue>>;
  readonly links: Readonly<Record<string, NewLink>>;
  readonly images: Readonly<Record<string, ImageContent>>;
}

/** What became of a slot, by series. */
interface Observation {
  readonly kind: ImageKind;
  readonly calibration: 1 | 2;
  readonly keywords: KeywordValues;
  readonly image: SunImage | undefined;
}

const DAY = 86_400;
/** How long after the observation the definitive data are made. */
const LATENCY = 4.6 * DAY;
/** Keywords of pixel values that grow with the scale of the field. */
const SCALED = /^DATA(?:MIN2?|MAX2?|MEDN|MED2|MEAN|MEA2|RMS2?)$/;

/** The record of a series from what the Sun shows. */
export function observedRecord(
  series: ImageSeriesName,
  kind: ImageKind,
  calibration: 1 | 2,
  { keywords, image }: SunRecord,
): ObservedRecord {
  const observation = { kind, calibration, keywords, image };
  switch (series) {
    case "sample_hmi.m_720s":
      return magnetogram(observation);
    case "sample_hmi.ic_720s":
      return continuum(observation);
    case "sample_hmi.v_45s":
      return dopplergram(observation);
    case "sample_aia.lev1_euv_12s":
      return euv(observation);
    default:
      return series satisfies never;
  }
}

function magnetogram({ calibration, keywords, image }: Observation): ObservedRecord {
  const { version, name, scale, date } = CALIBRATIONS[calibration];
  const scaled = Object.entries(keywords).map(
    ([key, value]) => [key, SCALED.test(key) ? Number(value) * scale : value] as const,
  );
  return {
    keywords: {
      ...Object.fromEntries(scaled),
      // What was there before a version was made anew with it.
      DATE: Math.floor(Math.max(Number(keywords.T_REC) + LATENCY, date)),
      HISTORY: `Calibration ${version} (${name}): field of the model times ${scale.toFixed(2)}`,
    },
    links: { SRC: { keys: { FSN: firstFiltergram(keywords).FSN } } },
    images:
      image === undefined
        ? {}
        : { magnetogram: { ...imageContent(image), bscale: image.scaling.scale * scale } },
  };
}

function continuum({ keywords, image }: Observation): ObservedRecord {
  const { BUNIT, TOTVALS, DATAVALS, MISSVALS, ...rest } = keywords;
  return {
    keywords: {
      ...rest,
      ...(image === undefined
        ? {}
        : { ...perSegment({ TOTVALS, DATAVALS, MISSVALS }), BUNIT_000: BUNIT ?? "" }),
      ...dated(keywords),
      HISTORY: "Limb darkening, spots and faculae of the model",
    },
    links: { MAG: { keys: { T_REC: keywords.T_REC!, CAMERA: 3 } } },
    images:
      image === undefined
        ? {}
        : { continuum: imageContent(image), spots: mapContent(image, Number(keywords.R_SUN)) },
  };
}

/** The map has a value where the image has one. */
function perSegment(counts: Readonly<Record<string, DrmsValue | undefined>>): Record<string, DrmsValue> {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, value]) =>
      value === undefined ? [] : [0, 1].map((segment) => [`${name}_00${segment}`, value] as const),
    ),
  );
}

function mapContent(image: SunImage, radius: number): ImageContent {
  const { size } = image.frame;
  return { kind: "image", image: pixelsInMemory(spotMap(image, radius), [size, size]) };
}

function dopplergram({ keywords, image }: Observation): ObservedRecord {
  return {
    keywords: {
      ...keywords,
      ...dated(keywords),
      HISTORY: "Rotation, motion of the observer, limb shift, supergranules and oscillations of the model",
    },
    links: {},
    images: image === undefined ? {} : { Dopplergram: imageContent(image) },
  };
}

/** The camera of each wavelength. */
const AIA_CAMERAS: Readonly<Partial<Record<ImageKind, number>>> = { euv171: 3, euv193: 2, euv304: 4 };

function euv({ kind, keywords, image }: Observation): ObservedRecord {
  const camera = AIA_CAMERAS[kind] ?? 0;
  const hits =
    image === undefined ? new Int32Array(0) : particleHits(image.pixels, image.view.time * 1000 + camera);
  const count = hits.length / 3;
  return {
    keywords: {
      ...keywords,
      ...dated(keywords),
      INSTRUME: `AIA_${camera}`,
      CAMERA: camera,
      NSPIKES: count,
      ...(image === undefined ? {} : { DATARATE: Number(keywords.DATAMEAN) / Number(keywords.EXPTIME) }),
      HISTORY: "Corona, loops and flare of the model",
    },
    links: {},
    images:
      image === undefined
        ? {}
        : {
            image: imageContent(image),
            ...(count === 0
              ? {}
              : { spikes: { kind: "image" as const, image: pixelsInMemory(hits, [count, 3]) } }),
          },
  };
}

function dated(keywords: KeywordValues): { readonly DATE: number } {
  return { DATE: Math.floor(Number(keywords.T_REC) + LATENCY) };
}

function imageContent({ pixels, frame, scaling }: SunImage): ImageContent {
  // Pixels of the model have buffers of their own.
  const own = pixels as Int16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  return {
    kind: "image",
    image: pixelsInMemory(own, [frame.size, frame.size]),
    bzero: scaling.zero,
    bscale: scaling.scale,
  };
}
