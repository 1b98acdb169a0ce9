import { offerToFollow } from "../log/follow.js";

for (const place of document.querySelectorAll<HTMLElement>("[data-follow]")) offerToFollow(place);
