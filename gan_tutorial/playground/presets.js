// The games that are ready to play: each shows one thing, and most have a cure.
//
// A text says what is seen at named steps of seed 0. Its numbers stand in `says` and `cured` alone,
// as the page shows them; a test plays each game and holds every number to it. In a text, {a} is the
// first named step and {a.modes} what is seen there; {b} and {c} are the steps after it.

const R = { leak: 0, hidden: [32, 32, 32], dRate: 5e-3, gRate: 5e-3, ema: 0.99 };
const FAST = { ...R, dRate: 1e-2, gRate: 1e-2 };
const FAR = { optimizer: "sgd", dSteps: 10, dRate: 0.1 };
const BOTH = { r1: 0.1, r2: 0.1 };

export const PRESETS = {
  line: {
    data: "line", settings: { latent: 1, dRate: 5e-3, gRate: 1e-3, dSteps: 5 },
    says: [{ at: 400, variation: "0.40", gap: "0.04" }, { at: 1200, variation: "0.08", gap: "0.03" }],
    en: {
      label: "Two players on a line",
      see: "G moves the curve q of its fakes towards the curve p of the real points. D is the green line: where p is above q it should say more than ½. The dashed line is the best that any D could say, and D is {a.gap} away from it at step {a}, {b.gap} at step {b}. Meanwhile the total variation of p and q falls from {a.variation} to {b.variation}; zero would mean that they are equal.",
    },
    zh: {
      label: "直线上的两个对手",
      see: "G 把假点的曲线 q 移向真实点的曲线 p。绿线是 D：p 高于 q 的地方，它应大于 ½。虚线是任何 D 能给出的最好答案；D 与它的差，第 {a} 步是 {a.gap}，第 {b} 步是 {b.gap}。同时 p 和 q 的总变差从 {a.variation} 降到 {b.variation}；零表示两者相等。",
    },
  },
  nine: {
    data: "nine", settings: { ...R, ...BOTH },
    says: [{ at: 400, modes: "9", highQuality: "30%" }, { at: 1500, modes: "9", highQuality: "85%", dLoss: "1.38" }],
    en: {
      label: "It works",
      see: "At step {a} the fakes reach {a.modes} of the nine clusters, but only {a.highQuality} of them lie on one. At step {b} they reach {b.modes}, with {b.highQuality} on a cluster. D’s map has lost its colours and D’s loss is {b.dLoss}, close to log 4: D can hardly tell.",
    },
    zh: {
      label: "一切正常",
      see: "到第 {a} 步，假点到达九个簇中的 {a.modes} 个，但只有 {a.highQuality} 落在簇上。到第 {b} 步到达 {b.modes} 个，{b.highQuality} 落在簇上。D 的地图没有颜色了，损失是 {b.dLoss}，接近 log 4：D 几乎分不出了。",
    },
  },
  collapse: {
    data: "nine", settings: FAST, cure: BOTH,
    says: [{ at: 750, modes: "3", highQuality: "95%" }, { at: 4000, modes: "4" }],
    cured: [{ at: 750, modes: "9", highQuality: "70%" }, { at: 1500, highQuality: "87%" }],
    en: {
      label: "Mode collapse",
      see: "At step {a}, {a.highQuality} of the fakes lie on a cluster: each fake alone looks fine. But G makes only {a.modes} of the nine clusters, and {b.modes} at step {b}. Look at the clusters without fakes: D’s map is blue there, and no fake is near enough to be pushed to them.",
      cure: "Make D smoother (R1 and R2)",
      cured: "Two penalties on D’s slope make its map smooth: no cliffs, but a gentle push everywhere. The same game reaches {a.modes} of the nine clusters at step {a}. Of its fakes {a.highQuality} lie on a cluster then, fewer than without the cure, and {b.highQuality} at step {b}.",
    },
    zh: {
      label: "模式坍塌",
      see: "第 {a} 步时，{a.highQuality} 的假点落在簇上：单看每一个都不错。但 G 只做出九个簇中的 {a.modes} 个，到第 {b} 步是 {b.modes} 个。看没有假点的簇：D 的地图在那里是蓝的，却没有假点近得能被推过去。",
      cure: "让 D 更平滑（R1 和 R2）",
      cured: "对 D 斜率的两个惩罚使它的地图平滑：没有悬崖，处处有轻轻的推力。同一局游戏在第 {a} 步到达九个簇中的 {a.modes} 个。这时 {a.highQuality} 的假点落在簇上，比不用这个办法时少；到第 {b} 步是 {b.highQuality}。",
    },
  },
  "one-mode": {
    data: "two", settings: { optimizer: "sgd", dRate: 0.1, gRate: 0.1, ema: 0.95 }, cure: BOTH,
    says: [{ at: 400, modes: "2" }, { at: 1000, modes: "1", highQuality: "100%" }],
    cured: [{ at: 1000, modes: "2", highQuality: "92%" }],
    en: {
      label: "One mode only",
      see: "At step {a} the fakes are on {a.modes} of the two clusters. At step {b} they are on {b.modes}, and {b.highQuality} of them lie well on it. D’s map turns blue over the cluster that was given up.",
      cure: "Make D smoother (R1 and R2)",
      cured: "The penalty keeps D’s slope gentle near the points. At step {a} G makes {a.modes} of the two clusters, and {a.highQuality} of the fakes lie on one.",
    },
    zh: {
      label: "只剩一个模式",
      see: "第 {a} 步时，假点在两个簇中的 {a.modes} 个上。到第 {b} 步在 {b.modes} 个上，{b.highQuality} 落得很准。D 的地图在被放弃的簇上变蓝。",
      cure: "让 D 更平滑（R1 和 R2）",
      cured: "惩罚使 D 在这些点附近变化平缓。第 {a} 步时，G 做出两个簇中的 {a.modes} 个，{a.highQuality} 的假点落在簇上。",
    },
  },
  cycling: {
    data: "two", settings: { gSteps: 10, beta1: 0.9, beta2: 0.999 }, cure: { gSteps: 1 },
    says: [{ at: 600, busiest: "2", modes: "1" }, { at: 800, busiest: "1" }, { at: 900, busiest: "2" }],
    cured: [{ at: 1200, modes: "2", highQuality: "90%" }],
    en: {
      label: "Running in circles",
      see: "G makes ten steps for each step of D. All fakes run in one heap to where D errs; D turns round, and they run on. At step {a} they sit on {a.modes} cluster, number {a.busiest} from the left; at step {b} on number {b.busiest}, and at step {c} on number {c.busiest} again.",
      cure: "One G step at a time",
      cured: "Now D answers each step of G. At step {a} the fakes are on {a.modes} clusters at once, and {a.highQuality} of them lie on one.",
    },
    zh: {
      label: "兜圈子",
      see: "D 每走一步，G 走十步。所有假点挤成一堆，跑到 D 出错的地方；D 一转向，它们又跑开。第 {a} 步时它们在 {a.modes} 个簇上，从左数第 {a.busiest} 个；第 {b} 步在第 {b.busiest} 个，第 {c} 步又回到第 {c.busiest} 个。",
      cure: "G 每次只走一步",
      cured: "现在 G 每走一步，D 都会回应。第 {a} 步时，假点同时在 {a.modes} 个簇上，{a.highQuality} 落在簇上。",
    },
  },
  saturation: {
    data: "one", cure: { loss: "non-saturating" },
    settings: { ...FAR, loss: "minimax", gRate: 0.01, ahead: 200, shift: [-1, -0.8], gScale: 0.08 },
    says: [{ at: 50, push: "0.0010", dFake: "0.0001" }, { at: 200, push: "0.0003", highQuality: "0%" }],
    cured: [{ at: 50, push: "6.00" }, { at: 100, highQuality: "98%" }],
    en: {
      label: "Saturation",
      see: "D is two hundred steps ahead and sure of itself: D(G(z)) is {a.dFake} at step {a}. The minimax loss then hardly pushes. The mean push is {a.push}, and {b.push} at step {b}: G stands still, far from the data, and {b.highQuality} of its fakes lie on the cluster.",
      cure: "Non-saturating loss",
      cured: "The same D, the same start, another loss for G. The mean push is {a.push} at step {a}, and at step {b} {b.highQuality} of the fakes lie on the cluster.",
    },
    zh: {
      label: "饱和",
      see: "D 领先了两百步，非常自信：第 {a} 步时 D(G(z)) 是 {a.dFake}。这时 minimax 损失几乎不推。平均推力是 {a.push}，到第 {b} 步是 {b.push}：G 停在远离数据的地方，{b.highQuality} 的假点落在簇上。",
      cure: "非饱和损失",
      cured: "同样的 D，同样的起点，G 换了一个损失。第 {a} 步的平均推力是 {a.push}，到第 {b} 步，{b.highQuality} 的假点落在簇上。",
    },
  },
  strong: {
    data: "one", cure: BOTH,
    settings: { ...FAR, gRate: 0.1, shift: [-0.9, -0.5], gScale: 0.2 },
    says: [{ at: 60, push: "14.28" }, { at: 130, push: "30.87", highQuality: "0%" }],
    cured: [{ at: 130, push: "0.07", highQuality: "94%" }],
    en: {
      label: "A D that is too strong",
      see: "D makes ten steps for each step of G, and becomes steep. The mean push is {a.push} at step {a} and {b.push} at step {b}: the fakes are flung about instead of led, and {b.highQuality} of them lie on the cluster.",
      cure: "Make D smoother (R1 and R2)",
      cured: "The penalties limit D’s slope, however often it moves. At step {a} the mean push is {a.push}, and {a.highQuality} of the fakes lie on the cluster.",
    },
    zh: {
      label: "太强的 D",
      see: "G 每走一步，D 走十步，变得很陡。平均推力在第 {a} 步是 {a.push}，在第 {b} 步是 {b.push}：假点不是被引导，而是被甩来甩去，{b.highQuality} 落在簇上。",
      cure: "让 D 更平滑（R1 和 R2）",
      cured: "不管 D 走多少步，惩罚都限制它的斜率。第 {a} 步时平均推力是 {a.push}，{a.highQuality} 的假点落在簇上。",
    },
  },
  blind: {
    data: "nine", settings: { ...FAST, ...BOTH, dHidden: [] }, cure: { dHidden: [32, 32, 32] },
    says: [{ at: 1500, modes: "1", highQuality: "97%", dLoss: "1.39" }],
    cured: [{ at: 1500, modes: "9", highQuality: "87%", dLoss: "1.39" }],
    en: {
      label: "A D that sees too little",
      see: "This D has no hidden layer: it can only draw one straight border. At step {a} its loss is {a.dLoss}, close to log 4, just as in a perfect game. But G makes {a.modes} of the nine clusters. A loss says how D does, and nothing about G.",
      cure: "Three hidden layers for D",
      cured: "A D that can see all clusters. At step {a} its loss is {a.dLoss}, almost the same number; but now G makes {a.modes} of the nine clusters, and {a.highQuality} of the fakes lie on one.",
    },
    zh: {
      label: "看不清的 D",
      see: "这个 D 没有隐藏层，只能画一条直的界线。第 {a} 步时它的损失是 {a.dLoss}，接近 log 4，和完美的游戏一样。但 G 只做出九个簇中的 {a.modes} 个。损失说的是 D 做得怎样，与 G 好不好无关。",
      cure: "给 D 三个隐藏层",
      cured: "这个 D 看得见所有的簇。第 {a} 步时它的损失是 {a.dLoss}，几乎是同一个数；但现在 G 做出九个簇中的 {a.modes} 个，{a.highQuality} 的假点落在簇上。",
    },
  },
  thread: {
    data: "nine", settings: { ...R, ...BOTH, latent: 1 }, cure: { latent: 2 },
    says: [{ at: 1500, modes: "9", highQuality: "77%" }],
    cured: [{ at: 1500, modes: "9", highQuality: "85%" }],
    en: {
      label: "One number of noise",
      see: "With one number of noise, all that G can make is one thread. At step {a} it passes through {a.modes} of the nine clusters, and {a.highQuality} of the fakes lie on one; the others lie on the way from one cluster to the next. Turn on “G’s sheet” to see the thread.",
      cure: "Two numbers of noise",
      cured: "With two numbers G bends a sheet instead of a thread. At step {a} it reaches {a.modes} of the nine clusters, and {a.highQuality} of the fakes lie on one: the gaps are still crossed, since a sheet does not tear.",
    },
    zh: {
      label: "一维噪声",
      see: "噪声只有一个数时，G 只能做出一根线。第 {a} 步时，它穿过九个簇中的 {a.modes} 个，{a.highQuality} 的假点落在簇上；其余的在从一个簇到下一个簇的路上。打开“G 的网”就能看见这根线。",
      cure: "两个数的噪声",
      cured: "有了两个数，G 弯的是一张网，不再是一根线。第 {a} 步时到达九个簇中的 {a.modes} 个，{a.highQuality} 的假点落在簇上：空隙仍有假点，因为网不会断开。",
    },
  },
  smothered: {
    data: "nine", settings: { ...R, r1: 30, r2: 30 }, cure: BOTH,
    says: [{ at: 1500, push: "0.0009", highQuality: "27%", dLoss: "1.39" }],
    cured: [{ at: 1500, push: "0.05", highQuality: "85%", dLoss: "1.38" }],
    en: {
      label: "Too much penalty",
      see: "The penalty is three hundred times too strong, and D hardly dares to slope. At step {a} the mean push is {a.push}, and {a.highQuality} of the fakes lie on a cluster. D’s loss is {a.dLoss}, close to log 4 here too: not because the fakes are good, but because D may not say what it sees.",
      cure: "A penalty of a tenth",
      cured: "With a weak penalty D may slope a little. At step {a} the mean push is {a.push}, {a.highQuality} of the fakes lie on a cluster, and D’s loss is {a.dLoss}.",
    },
    zh: {
      label: "惩罚太重",
      see: "惩罚强了三百倍，D 几乎不敢有斜率。第 {a} 步时平均推力是 {a.push}，{a.highQuality} 的假点落在簇上。D 的损失是 {a.dLoss}，这里也接近 log 4：不是因为假点好，而是因为 D 不能说出它看见的。",
      cure: "十分之一的惩罚",
      cured: "惩罚很弱时，D 可以稍有斜率。第 {a} 步时平均推力是 {a.push}，{a.highQuality} 的假点落在簇上，D 的损失是 {a.dLoss}。",
    },
  },
  clip: {
    data: "nine", settings: { ...R, loss: "wasserstein", clip: 0.02 }, cure: { clip: 0, gp: 1 },
    says: [{ at: 400, push: "4·10⁻⁶" }, { at: 1500, push: "4·10⁻⁷", highQuality: "18%" }],
    cured: [{ at: 1500, modes: "9", push: "0.98", highQuality: "88%" }],
    en: {
      label: "WGAN with clipped weights",
      see: "A critic must not be too steep, so its weights are cut off. Here they are cut so short that it is almost flat: the mean push is {a.push} at step {a} and {b.push} at step {b}, and {b.highQuality} of the fakes lie on a cluster.",
      cure: "Gradient penalty instead",
      cured: "The gradient penalty asks for a slope of one instead. At step {a} the mean push is {a.push}; G makes {a.modes} of the nine clusters, and {a.highQuality} of the fakes lie on one.",
    },
    zh: {
      label: "截断权重的 WGAN",
      see: "评论家不能太陡，所以要截断它的权重。这里截得太短，它几乎是平的：平均推力在第 {a} 步是 {a.push}，在第 {b} 步是 {b.push}，{b.highQuality} 的假点落在簇上。",
      cure: "改用梯度惩罚",
      cured: "梯度惩罚要求斜率等于一。第 {a} 步时平均推力是 {a.push}；G 做出九个簇中的 {a.modes} 个，{a.highQuality} 的假点落在簇上。",
    },
  },
  "twenty-five": {
    data: "twenty-five", settings: FAST, cure: { r1: 0.005, r2: 0.005 },
    says: [{ at: 1500, modes: "11", reverseKL: "1.15" }, { at: 2000, modes: "11" }],
    cured: [{ at: 2000, modes: "25", reverseKL: "0.18", highQuality: "69%" }],
    en: {
      label: "Twenty-five clusters",
      see: "At step {a} G makes {a.modes} of the twenty-five clusters, and at step {b} {b.modes}. It makes some of them far more often than others: at step {a} the bars are uneven by {a.reverseKL} nats, where a fair G would have zero.",
      cure: "Make D a little smoother (R1 and R2)",
      cured: "At step {a} G makes {a.modes} of the twenty-five, uneven by {a.reverseKL} nats, with {a.highQuality} of the fakes on a cluster.",
    },
    zh: {
      label: "二十五个簇",
      see: "第 {a} 步时，G 做出二十五个簇中的 {a.modes} 个，到第 {b} 步是 {b.modes} 个。而且多少不一：第 {a} 步时柱子的不均匀是 {a.reverseKL} 纳特，公平的 G 是零。",
      cure: "让 D 稍平滑一些（R1 和 R2）",
      cured: "第 {a} 步时，G 做出二十五个中的 {a.modes} 个，不均匀是 {a.reverseKL} 纳特，{a.highQuality} 的假点落在簇上。",
    },
  },
};

const PLACES = "abc";

// Put the numbers of a preset into one of its texts: "see" or "cured".
export function sentence(name, language, text = "see") {
  const { says, cured = [], [language]: texts } = PRESETS[name];
  const rows = text === "see" ? says : cured;
  return texts[text].replace(/\{([abc])(?:\.(\w+))?\}/g, (place, letter, fact) => {
    const row = rows[PLACES.indexOf(letter)];
    return fact ? row[fact] : row.at.toLocaleString("en");
  });
}

// The steps that the shown texts name: "see", "cured" or both.
export function namedSteps(name, texts) {
  const { says, cured = [] } = PRESETS[name];
  const rows = [...(texts.includes("see") ? says : []), ...(texts.includes("cured") ? cured : [])];
  return [...new Set(rows.map(({ at }) => at))].sort((a, b) => a - b);
}
