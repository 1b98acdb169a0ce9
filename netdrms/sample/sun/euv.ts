import { poleLatitudes, regionState } from "./active-region.js";
import { CHANNELS, type Channel, columnAt, coronaColumn, sensitivity } from "./corona-model.js";
import { type CoronalHoles, coronalHoles } from "./coronal-holes.js";
import { addRegionCorona } from "./coronal-loops.js";
import { disk, limbRadius, surfacePoint } from "./disk.js";
import { timeOfYear, YEAR } from "./epoch.js";
import { expectedExposure, exposeEuv } from "./euv-camera.js";
import { flaresAt, lightCurve } from "./flares.js";
import { imageFrame } from "./image-frame.js";
import { addCloud, type SkyBuffer, skyBuffer } from "./sky-buffer.js";
import { type EuvWavelength, SCALINGS, type SunImage } from "./sun-image.js";
import { livingRegions, type SunModel } from "./sun-model.js";
import { surfaceField } from "./surface-field.js";
import { SOLAR_RADIUS, type Viewpoint, viewpoint } from "./viewpoint.js";

const DEGREE = Math.PI / 180;
/** First light, from which the sensitivity falls. */
const FIRST_LIGHT = timeOfYear(2010.35);
/** Total flux of regions at which the quiet corona has its usual brightness, Mx. */
const USUAL_FLUX = 1e23;
/** Radii of the disk beyond which the quiet corona is lost in the noise. */
const LIMB_END = 1.6;
/** Width of a kernel of a flare of class M1, solar radii, and the number of kernels in a row. */
const KERNEL = 4e6 / SOLAR_RADIUS;
const KERNELS = 5;

/**
 * The corona (or, at 304, the layer below) as AIA sees it, DN of 16 bits: network and holes of the quiet Sun, limb and what
 * stands above it, haze and loops of active regions, flares, which saturate and are then exposed shorter every other time. Where
 * the Earth hides the Sun the picture is dark.
 *
 * @param time DRMS time of the middle of the exposure
 * @param size pixels of a side
 */
export function euv(model: SunModel, time: number, wavelength: EuvWavelength, size: number): SunImage {
  const channel = CHANNELS[wavelength];
  const view = viewpoint(time);
  const frame = imageFrame(`aia${wavelength}`, time, size);
  const sky = skyBuffer(frame, view);
  const brightest = view.eclipsed ? 0 : addCorona(sky, model, channel, view);
  const gain = sensitivity(channel, (time - FIRST_LIGHT) / YEAR);
  const exposure = expectedExposure(channel, time, brightest * gain);
  const kind = `euv${wavelength}` as const;
  return {
    kind,
    view,
    frame,
    pixels: exposeEuv(sky, gain * exposure, model.seed, time, wavelength),
    scaling: SCALINGS[kind],
    exposure,
  };
}

/** Adds all that shines. Returns the brightness of the brightest flare, DN/s. */
function addCorona(sky: SkyBuffer, model: SunModel, channel: Channel, view: Viewpoint): number {
  const holes = coronalHoles(model.zonal, view.time, view);
  addQuietSun(sky, model, channel, holes, view);
  addLimb(sky, model, channel, holes, view);
  for (const region of livingRegions(model.regions, view.time)) {
    const state = regionState(region, view.time);
    if (state !== undefined) addRegionCorona(sky, region, state, channel, view, model.seed);
  }
  return addFlares(sky, model, channel, view);
}

/** Transition region and corona outside of active regions, on the disk. */
function addQuietSun(
  sky: SkyBuffer,
  model: SunModel,
  channel: Channel,
  holes: CoronalHoles,
  view: Viewpoint,
): void {
  const d = disk(sky.frame, view);
  const field = surfaceField(model, d, view);
  const { light, impact } = sky;
  const { sinB, cosB } = d.projection;
  const column = coronaColumn(channel.height);
  const corona = coronaBrightness(model, channel, view.time);
  const dark = 1 - channel.hole;
  for (let i = 0; i < d.index.length; i++) {
    const at = d.index[i]!;
    const sinL = d.sinLatitude[i]!;
    const polar = sinL > holes.least || -sinL > holes.least;
    const open = polar ? 1 - dark * holes.at(sinL, d.w[i]!, d.r[i]! * cosB - d.n[i]! * sinB) : 1;
    const grain = 1 + channel.network * (Math.min(3, field.network[i]!) - 1);
    const b = Math.abs(field.radial[i]!) - 15;
    const plage = b > 0 ? (3 * channel.plage * b) / (b + 215) : 0;
    light[at] =
      open * (channel.lower * grain + corona * (0.6 + 0.4 * grain) * columnAt(column, impact[at]!)) + plage;
  }
}

/** The corona of the quiet Sun beside the disk. */
function addLimb(
  sky: SkyBuffer,
  model: SunModel,
  channel: Channel,
  holes: CoronalHoles,
  view: Viewpoint,
): void {
  const { light, impact, projection: p, size } = sky;
  const column = coronaColumn(channel.height);
  const corona = coronaBrightness(model, channel, view.time);
  const dark = 1 - channel.hole;
  const perRadius = 1 / limbRadius(p);
  for (let y = 0; y < size; y++) {
    const dy = (y - p.centreY) * perRadius;
    for (let x = 0; x < size; x++) {
      const at = y * size + x;
      const far = impact[at]!;
      if (far < 1 || far > LIMB_END) continue;
      const dx = (x - p.centreX) * perRadius;
      const west = (dx * p.cosRoll - dy * p.sinRoll) / far;
      const north = (dx * p.sinRoll + dy * p.cosRoll) / far;
      const sinL = north * p.cosB;
      const polar = sinL > holes.least || -sinL > holes.least;
      // The line of sight leaves the hole again in front of the pole and behind it: what is high is less dark.
      const open = polar ? 1 - dark * holes.at(sinL, west, -north * p.sinB) * Math.exp((1 - far) / 0.15) : 1;
      light[at] = corona * columnAt(column, far) * open;
    }
  }
}

/** Brightness of the quiet corona, which grows and fades with the cycle, DN/s. */
function coronaBrightness(model: SunModel, channel: Channel, time: number): number {
  const flux = livingRegions(model.regions, time).reduce((sum, region) => sum + region.flux, 0);
  return channel.corona * (0.65 + 0.35 * Math.min(1.6, flux / USUAL_FLUX));
}

/** Adds the flares that shine: kernels along the line between the polarities. Returns the brightness of the brightest. */
function addFlares(sky: SkyBuffer, model: SunModel, channel: Channel, view: Viewpoint): number {
  let brightest = 0;
  for (const flare of flaresAt(model.flares, view.time)) {
    const state = regionState(flare.region, view.time);
    if (state === undefined) continue;
    const size = (flare.strength / 1e-5) ** 0.3;
    const light =
      channel.flare * (flare.strength / 1e-5) ** 0.6 * lightCurve(flare, view.time, channel.delay);
    const [leading, following] = poleLatitudes(flare.region, state);
    const west = state.longitude - view.longitude * DEGREE;
    const along = (flare.along - 0.5) * state.separation;
    for (let k = 0; k < KERNELS; k++) {
      // The line between the polarities stands square on the line between the poles.
      const step = (k - (KERNELS - 1) / 2) * 1.6 * KERNEL * size + flare.across * state.separation;
      const tilt = flare.region.tilt * (flare.region.latitude > 0 ? 1 : -1);
      const latitude = leading + flare.along * (following - leading) + step * Math.cos(tilt);
      const point = surfacePoint(sky.projection, latitude, west - along + step * Math.sin(tilt));
      if (point[2] < -0.05) continue;
      addCloud(sky, point, KERNEL * size, light * (1 - 0.25 * Math.abs(k - 2)));
      brightest = Math.max(brightest, light);
    }
  }
  return brightest;
}
