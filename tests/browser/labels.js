// What is written on a canvas leaves no element: each text is noted as it is drawn, with the pixels under it.
(() => {
    const proto = CanvasRenderingContext2D.prototype, { fillText, clearRect } = proto;
    const luminance = (r, g, b) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const parse = color => {
        paint.clearRect(0, 0, 1, 1); paint.fillStyle = color; paint.fillRect(0, 0, 1, 1);
        return [...paint.getImageData(0, 0, 1, 1).data];
    };
    const behind = element => {  // the colour under an element: all backgrounds from the page up
        let under = [255, 255, 255], all = [];
        for (let at = element; at; at = at.parentElement) all.push(parse(getComputedStyle(at).backgroundColor));
        for (const [r, g, b, a] of all.reverse())
            under = under.map((v, i) => v + (a / 255) * ([r, g, b][i] - v));
        return under;
    };
    proto.clearRect = function (x, y, w, h) {
        if (w * h > 1000) this.canvas.written = [];
        return clearRect.call(this, x, y, w, h);
    };
    proto.fillText = function (text, x, y) {
        const { actualBoundingBoxLeft: l, actualBoundingBoxRight: r, actualBoundingBoxAscent: u,
            actualBoundingBoxDescent: d } = this.measureText(text);
        const box = { left: x - l, right: x + r, top: y - u, bottom: y + d };
        const density = this.getTransform().a;
        const part = [box.left * density, box.top * density, Math.max(1, (l + r) * density), Math.max(1, (u + d) * density)];
        const ink = parse(this.fillStyle), inked = luminance(...ink);
        const base = this.canvas.isConnected ? behind(this.canvas) : [255, 255, 255];
        const pixels = this.getImageData(...part.map(Math.round)).data;
        let low = 0, all = 0;
        for (let i = 0; i < pixels.length; i += 4) {
            const a = pixels[i + 3] / 255;
            const seen = base.map((v, c) => v + a * (pixels[i + c] - v));
            low += contrast(inked, luminance(...seen)) < 4.5; all += 1;
        }
        fillText.call(this, text, x, y);
        const after = this.getImageData(...part.map(Math.round)).data;
        (this.canvas.written ??= []).push({ text: String(text), ...box, pale: low / all, part, after,
            size: parseFloat(this.font.match(/([0-9.]+)px/)[1]) });
    };
    const where = ({ text }) => `“${text}”`;
    const meet = (a, b, slack) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > slack;
    const pairs = (list, slack) => list.flatMap((a, i) => list.slice(i + 1).filter(b => a.node !== b.node || !a.node)
        .filter(b => meet(a, b, slack)).map(b => `${where(a)} on ${where(b)}`));
    const onCanvas = canvas => {
        const list = (canvas.written ?? []).filter(({ text }) => text.trim());
        const g = canvas.getContext('2d'), faults = pairs(list, 0.5);
        for (const one of list) {
            if (one.left < -0.5 || one.top < -0.5 || one.right > canvas.clientWidth + 0.5 || one.bottom > canvas.clientHeight + 0.5)
                faults.push(`${where(one)} is cut`);
            if (one.size < 10) faults.push(`${where(one)} has ${one.size} px`);
            if (one.pale > 0.2) faults.push(`${where(one)} is pale on ${Math.round(100 * one.pale)} % of its ground`);
            const now = g.getImageData(...one.part.map(Math.round)).data;
            let changed = 0;
            for (let i = 0; i < now.length; i += 4)
                changed += Math.abs(now[i] - one.after[i]) + Math.abs(now[i + 1] - one.after[i + 1]) + Math.abs(now[i + 2] - one.after[i + 2]) > 24;
            if (changed > 0.15 * now.length / 4) faults.push(`${where(one)} is painted over`);
        }
        return faults;
    };
    const clipsOf = element => {
        const boxes = [];
        for (let at = element; at; at = at.parentElement)
            if (getComputedStyle(at).overflowX !== 'visible' && at !== document.documentElement && at !== document.body) boxes.push(at);
        return boxes;
    };
    const inPage = root => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), list = [], faults = [];
        for (let node; (node = walker.nextNode());) {
            const element = node.parentElement;
            if (!node.data.trim() || element.closest('.vg-hidden, script, style, option') || !element.checkVisibility({ visibilityProperty: true })) continue;
            const range = document.createRange();
            range.selectNodeContents(node);
            const style = getComputedStyle(element);
            const ink = parse(style.color), ground = behind(element);
            const opacity = [...(function* () { for (let at = element; at; at = at.parentElement) yield Number(getComputedStyle(at).opacity); })()]
                .reduce((product, value) => product * value, ink[3] / 255);
            const seen = ground.map((v, c) => v + opacity * (ink[c] - v));
            const ratio = contrast(luminance(...seen), luminance(...ground));
            const text = node.data.trim().slice(0, 40);
            if (ratio < 4.495) faults.push(`“${text}” has a contrast of ${ratio.toFixed(2)}`);
            if (parseFloat(style.fontSize) < 10) faults.push(`“${text}” has ${style.fontSize}`);
            const clips = clipsOf(element);
            for (const { left, right, top, bottom } of range.getClientRects()) {
                const seen = { text, node, left, right, top, bottom };
                for (const clip of clips) {
                    const box = clip.getBoundingClientRect();
                    const scrolls = /auto|scroll/.test(getComputedStyle(clip).overflowX);
                    if (!scrolls && (left < box.left - 1 || right > box.right + 1)) faults.push(`“${text}” is cut`);
                    Object.assign(seen, { left: Math.max(seen.left, box.left), right: Math.min(seen.right, box.right),
                        top: Math.max(seen.top, box.top), bottom: Math.min(seen.bottom, box.bottom) });
                }
                if (seen.right - seen.left < 1 || seen.bottom <= seen.top) continue;
                if (seen.left < -0.5 || seen.right > innerWidth + 0.5) faults.push(`“${text}” leaves the window`);
                list.push(seen);
            }
        }
        for (const canvas of root.querySelectorAll('canvas')) {
            const { left, right, top, bottom } = canvas.getBoundingClientRect();
            if (right > left) list.push({ text: 'a picture', node: canvas, left, right, top, bottom });
        }
        for (const select of root.querySelectorAll('select')) {
            if (!select.checkVisibility()) continue;
            const g = paint;
            g.font = getComputedStyle(select).font;
            const chosen = select.selectedOptions[0]?.text ?? '';
            if (g.measureText(chosen).width > select.clientWidth - 4) faults.push(`the menu's “${chosen}” is cut`);
        }
        return [...pairs(list, 3), ...faults];
    };
    globalThis.labelFaults = (selector = '.vg') => [...document.querySelectorAll(selector)].flatMap(root => [
        ...inPage(root),
        ...[...root.querySelectorAll('canvas')].filter(canvas => canvas.checkVisibility() && canvas.clientWidth).flatMap(onCanvas),
    ]);
    globalThis.labelCount = () => [...document.querySelectorAll('.vg canvas')].reduce((sum, { written }) => sum + (written?.length ?? 0), 0);
})()
