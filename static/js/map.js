// The map that one can move and zoom, in the place of the drawing. Without it the drawing stays.
(() => {
  "use strict";
  const figure = document.getElementById("map");
  if (!figure || !window.L) return;

  const marker = (feature, at) =>
    L.marker(at, {
      title: title(feature),
      alt: title(feature),
      icon: L.divIcon({
        className: `place-mark depth-${feature.properties.depth}`,
        html: String(Number(feature.properties.number)),
        iconSize: [26, 26],
      }),
    });
  const title = ({ properties }) => `${properties.name}: ${properties.number} ${figure.dataset.noun}`;
  const follow = (feature, layer) => {
    layer.on("click", () => location.assign(feature.properties.url));
  };

  const show = (places) => {
    const box = document.createElement("div");
    box.className = "map-box";
    figure.querySelector("svg").replaceWith(box);
    const map = L.map(box, { zoomControl: false, scrollWheelZoom: false, zoomSnap: 0.25 });
    map.attributionControl.setPrefix(false);
    L.control
      .zoom({ zoomInTitle: figure.dataset.more, zoomOutTitle: figure.dataset.less })
      .addTo(map);
    if (figure.dataset.tiles) {
      const credit = document.createElement("span");
      credit.textContent = figure.dataset.credit;
      L.tileLayer(figure.dataset.tiles, { attribution: credit.innerHTML, maxZoom: 18 }).addTo(map);
    }
    const layer = L.geoJSON(places, {
      pointToLayer: marker,
      style: ({ properties }) => ({ className: `place depth-${properties.depth}`, weight: 1.5 }),
      onEachFeature: (feature, part) => {
        follow(feature, part);
        if (!(part instanceof L.Marker)) {
          const words = document.createElement("span");
          words.textContent = title(feature);
          part.bindTooltip(words, { sticky: true });
          if (feature.properties.number) {
            marker(feature, part.getBounds().getCenter())
              .on("click", () => location.assign(feature.properties.url))
              .addTo(map);
          }
        }
      },
    }).addTo(map);
    map.fitBounds(layer.getBounds(), { padding: [8, 8], maxZoom: 12 });
  };

  fetch(figure.dataset.places)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .then((places) => places.features.length && show(places))
    .catch(() => {}); // the drawing says the same
})();
