using System.Globalization;
using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>What a vision transformer classifies.</summary>
public enum TokenPool
{
    /// <summary>The class token.</summary>
    Cls,

    /// <summary>The mean of the tokens.</summary>
    Mean,
}

/// <summary>The function between the linear maps of an MLP.</summary>
public enum MlpActivation
{
    /// <summary>x · Φ(x), with the error function.</summary>
    Gelu,

    /// <summary>max(x, 0).</summary>
    Relu,
}

/// <summary>
/// The Vision Transformer: an image cut into patches is a sequence of tokens for a transformer.
/// <para>Formula: tokens = [cls; patches W] + pos; depth × <c>x ← x + attn(norm1(x))</c>, <c>x ← x + mlp(norm2(x))</c>; the class token, or
/// the mean of the tokens, normalised, goes through a linear classifier.</para>
/// <para>Shapes: <c>x: [B, inChannels, imageHeight, imageWidth] → [B, classes]</c>. Parameters, with timm's names: <c>patch_embed.proj</c>
/// [dim, inChannels, ph, pw], <c>cls_token</c>, <c>pos_embed</c> [1, 1 + N, dim], <c>blocks.i.{norm1, attn.qkv, attn.proj, norm2, mlp.fc1,
/// mlp.fc2}</c>, <c>norm</c>, <c>head</c>; with <c>distilled</c> also <c>dist_token</c> and <c>head_dist</c>, and pos_embed [1, 2 + N, dim].</para>
/// <para>Source: Dosovitskiy et al., "An Image Is Worth 16x16 Words", 2021; the distillation token is that of Touvron et al., "Training Data-Efficient Image
/// Transformers &amp; Distillation through Attention", 2021. The defaults are timm's form but for the epsilon of the norms
/// (timm has 1e-6). Document 000's form: activation relu, qkvBias false, normAfterPool true; its patches are flattened as (p1, p2, c), which
/// an importer has to turn into the convolution's (c, p1, p2).</para>
/// </summary>
public sealed class VisionTransformer : Mechanism<VisionTransformer>, IAttention<VisionTransformer>, IHasHead
{
    private const string Key = "vit";
    private const string HeadName = "head";
    private const string DistilledHeadName = "head_dist";
    private Shape _image;
    private bool _mean;
    private bool _poolClassToken;
    private bool _normAfterPool;
    private bool _identityStart;
    private Conv2d _patches = null!;
    private Tensor _classToken = null!;
    private Tensor? _distillationToken;
    private Tensor _positions = null!;
    private Dropout? _dropout;
    private Sequential _blocks = null!;
    private LayerNorm _norm = null!;
    private Linear _head = null!;
    private Linear? _distilledHead;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="imageHeight">Height of the images, a multiple of patchHeight.</param>
    /// <param name="imageWidth">Width of the images, a multiple of patchWidth.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="dim">Features of a token.</param>
    /// <param name="heads">Attentions beside each other in a block.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public VisionTransformer(int imageHeight, int imageWidth, int classes, int dim, int heads)
        : base(("imageHeight", imageHeight), ("imageWidth", imageWidth), ("classes", classes), ("dim", dim), ("heads", heads))
    {
    }

    private VisionTransformer(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Height of a patch (a whole number ≥ 1, default 16).</summary>
    public int PatchHeight { get => Integer(); init => Set(value); }

    /// <summary>Width of a patch (a whole number ≥ 1, default 16).</summary>
    public int PatchWidth { get => Integer(); init => Set(value); }

    /// <summary>Channels of the images (a whole number ≥ 1, default 3).</summary>
    public int InChannels { get => Integer(); init => Set(value); }

    /// <summary>Number of blocks (a whole number ≥ 0, default 12).</summary>
    public int Depth { get => Integer(); init => Set(value); }

    /// <summary>Features of a head; null: dim / heads (a whole number ≥ 1, default null).</summary>
    public int? HeadDim { get => IntegerOrNull(); init => Set(value); }

    /// <summary>Hidden features of the MLPs; null: 4 · dim (a whole number ≥ 1, default null).</summary>
    public int? MlpDim { get => IntegerOrNull(); init => Set(value); }

    /// <summary>What goes into the classifier: the class token, or the mean of the tokens (default cls).</summary>
    public TokenPool Pool { get => Choice<TokenPool>(); init => SetChoice(value); }

    /// <summary>Whether the mean counts the class token too, as document 000 does and timm does not (default true).</summary>
    public bool PoolClassToken { get => Boolean(); init => Set(value); }

    /// <summary>Between the linear maps of the MLPs (default gelu).</summary>
    public MlpActivation Activation { get => Choice<MlpActivation>(); init => SetChoice(value); }

    /// <summary>Whether queries, keys and values have a bias (default true).</summary>
    public bool QkvBias { get => Boolean(); init => Set(value); }

    /// <summary>
    /// Whether a linear map joins the heads; null: not for a single head of dim features, as in document 000 (default null).
    /// </summary>
    public bool? Projection { get => BooleanOrNull(); init => Set(value); }

    /// <summary>Whether the last norm comes after the pooling (default false).</summary>
    public bool NormAfterPool { get => Boolean(); init => Set(value); }

    /// <summary>Added to the variance in the norms; timm has 1e-6 (a number ≥ 0, default 1E-05).</summary>
    public double NormEpsilon { get => Number(); init => Set(value); }

    /// <summary>
    /// Whether the last linear maps of attention and MLP start at 0, which makes new blocks the identity (default false).
    /// </summary>
    public bool IdentityStart { get => Boolean(); init => Set(value); }

    /// <summary>
    /// Share of features dropped in training: of the embedded tokens and after each linear map of the blocks (a number 0 … 0.999, default
    /// 0).
    /// </summary>
    public double Dropout { get => Number(); init => Set(value); }

    /// <summary>
    /// Whether a second token with a classifier of its own stands behind the class token, as in DeiT, and the output is the mean of both (default
    /// false).
    /// </summary>
    public bool Distilled { get => Boolean(); init => Set(value); }

    /// <inheritdoc/>
    IReadOnlyCollection<string> IHasHead.HeadParameters =>
        [.. (Distilled ? [HeadName, DistilledHeadName] : new[] { HeadName }).SelectMany(h => new[] { $"{h}.weight", $"{h}.bias" })];

    /// <inheritdoc/>
    string? IHasHead.HeadWeight => $"{HeadName}.weight";

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = Key,
        Name = "Vision Transformer",
        Paper = "An Image Is Worth 16x16 Words: Transformers for Image Recognition at Scale",
        Year = 2021,
        Family = Family.Transformer,
        Formula = "t = [cls; patches W] + pos;  depth × (t ← t + attn(norm1(t)), t ← t + mlp(norm2(t)));  y = head(norm(t_cls or mean t))",
        Shapes = "x: [B, inChannels, imageHeight, imageWidth] → [B, classes]",
        KeepsShape = false,
        Options =
        [
            OptionSpec.Integer("imageHeight", "Height of the images, a multiple of patchHeight."),
            OptionSpec.Integer("imageWidth", "Width of the images, a multiple of patchWidth."),
            OptionSpec.Integer("patchHeight", "Height of a patch.", 16),
            OptionSpec.Integer("patchWidth", "Width of a patch.", 16),
            OptionSpec.Integer("inChannels", "Channels of the images.", 3),
            OptionSpec.Integer("classes", "Number of classes."),
            OptionSpec.Integer("dim", "Features of a token."),
            OptionSpec.Integer("depth", "Number of blocks.", 12, minimum: 0),
            OptionSpec.Integer("heads", "Attentions beside each other in a block."),
            OptionSpec.Integer("headDim", "Features of a head; null: dim / heads.", nullable: true),
            OptionSpec.Integer("mlpDim", "Hidden features of the MLPs; null: 4 · dim.", nullable: true),
            OptionSpec.Choice("pool", "What goes into the classifier: the class token, or the mean of the tokens.", TokenPool.Cls),
            OptionSpec.Boolean("poolClassToken", "Whether the mean counts the class token too, as document 000 does and timm does not.", true),
            OptionSpec.Choice("activation", "Between the linear maps of the MLPs.", MlpActivation.Gelu),
            OptionSpec.Boolean("qkvBias", "Whether queries, keys and values have a bias.", true),
            OptionSpec.BooleanOrNull("projection", "Whether a linear map joins the heads; null: not for a single head of dim features, as in document 000."),
            OptionSpec.Boolean("normAfterPool", "Whether the last norm comes after the pooling.", false),
            OptionSpec.Number("normEpsilon", "Added to the variance in the norms; timm has 1e-6.", 1e-5, 0),
            OptionSpec.Boolean("identityStart", "Whether the last linear maps of attention and MLP start at 0, which makes new blocks the identity.", false),
            OptionSpec.Number("dropout", "Share of features dropped in training: of the embedded tokens and after each linear map of the blocks.", 0, 0, 0.999),
            OptionSpec.Boolean("distilled", "Whether a second token with a classifier of its own stands behind the class token, as in DeiT, and the output is the mean of both.", false),
        ],
        Variants =
        [
            "timm: GELU, bias on queries, keys and values, norm before the pooling, normEpsilon 1e-6; its global pool \"avg\" is pool mean, poolClassToken false, normAfterPool true (fc_norm).",
            "Document 000: ReLU, no bias on queries, keys and values, norm after the pooling, heads of a size of their own (headDim), patches flattened as (p1, p2, c).",
            "DeiT: timm's form; with distilled, the token that learns from a teacher and its classifier, whose logits are averaged with the class token's.",
        ],
        Fit = static slot => new Dictionary<string, object>
        {
            ["imageHeight"] = Math.Max(1, slot.Height),
            ["imageWidth"] = Math.Max(1, slot.Width),
            ["patchHeight"] = Patch(slot.Height),
            ["patchWidth"] = Patch(slot.Width),
            ["inChannels"] = slot.Channels,
            ["classes"] = 10,
            ["dim"] = 64,
            ["depth"] = 2,
            ["heads"] = 4,
        },
        Flow =
        [
            new("patches", "patches, Linear → dim", "x"), new("tokens", "[cls; ·] + pos", "patches"), new("attn", "+ attn(norm)", "tokens"),
            new("mlp", "+ mlp(norm), depth ×", "attn"), new("pool", "cls or mean, norm", "mlp"), new("y", "Linear → classes", "pool"),
        ],
    };

    /// <inheritdoc/>
    public static VisionTransformer Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        (int height, int width) = (options.Integer("imageHeight"), options.Integer("imageWidth"));
        (int patchHeight, int patchWidth) = (options.Integer("patchHeight"), options.Integer("patchWidth"));
        Channels.CheckDivisible(Key, "imageHeight", height, "patchHeight", patchHeight);
        Channels.CheckDivisible(Key, "imageWidth", width, "patchWidth", patchWidth);
        _image = [options.Integer("inChannels"), height, width];
        _mean = options.Choice("pool") == "mean";
        _poolClassToken = options.Boolean("poolClassToken");
        _normAfterPool = options.Boolean("normAfterPool");
        _identityStart = options.Boolean("identityStart");
        TransformerBlockSettings settings = Settings(options);
        if (_identityStart && !settings.Project)
        {
            throw new OptionException(Key, "identityStart: a single head without a linear map after it has no last layer that could start at 0; set projection to true, or leave identityStart out.");
        }

        bool distilled = options.Boolean("distilled");
        if (distilled && _mean)
        {
            throw new OptionException(Key, "distilled: both classifiers see their own token; set pool to cls, or leave distilled out.");
        }

        var grid = new RelationGrid([height / patchHeight, width / patchWidth], Prefix: distilled ? 2 : 1);
        _patches = Register("patch_embed", new PatchEmbedding(_image[0], settings.Dim, (patchHeight, patchWidth))).Projection;
        _classToken = RegisterParameter("cls_token", Tensor.Zeros([1, 1, settings.Dim]));
        _distillationToken = distilled ? RegisterParameter("dist_token", Tensor.Zeros([1, 1, settings.Dim])) : null;
        _positions = RegisterParameter("pos_embed", Tensor.Zeros([1, grid.Count, settings.Dim]));
        _dropout = settings.Dropout > 0 ? Register("pos_drop", new Dropout(settings.Dropout)) : null;
        _blocks = Register("blocks", new Sequential([.. Enumerable.Range(0, options.Integer("depth")).Select(_ => (Module)new TransformerBlock(settings, grid))]));
        _norm = Register("norm", new LayerNorm([settings.Dim], settings.NormEpsilon));
        _head = Register(HeadName, new Linear(settings.Dim, options.Integer("classes")));
        _distilledHead = distilled ? Register(DistilledHeadName, new Linear(settings.Dim, options.Integer("classes"))) : null;
        ResetUnlessDeferred();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank != 4 || !x.Shape.Lengths[1..].SequenceEqual(_image.Lengths))
        {
            throw new ShapeException(Key, $"[B, {string.Join(", ", _image)}]", x.Shape.ToString(), "the position embedding is for one size of image");
        }

        int batch = x.Shape[0];
        int dim = _positions.Shape[2];
        Tensor patches = _patches.Call(x).Flatten(2).Transpose(1, 2);
        Tensor classToken = _classToken.Expand(batch, 1, dim);
        Tensor tokens = _distillationToken is null
            ? Tensor.Concat([classToken, patches], 1)
            : Tensor.Concat([classToken, _distillationToken.Expand(batch, 1, dim), patches], 1);
        tokens += _positions;
        tokens = _dropout?.Call(tokens) ?? tokens;
        tokens = _blocks.Call(tokens);
        return _distilledHead is null ? _head.Call(Pooled(tokens)) : Averaged(_norm.Call(tokens.Narrow(1, 0, 2)), _distilledHead);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        Initialization.TruncatedNormal(_positions, 0.02, generator.Fork("pos_embed"));
        _classToken.Fill(0);
        _distillationToken?.Fill(0);
        foreach ((string name, Module module) in NamedModules())
        {
            if (module is Linear linear)
            {
                Initialization.TruncatedNormal(linear.Weight, 0.02, generator.Fork(name));
                linear.Bias?.Fill(0);
                if (_identityStart && (name.EndsWith("attn.proj", StringComparison.Ordinal) || name.EndsWith("mlp.fc2", StringComparison.Ordinal)))
                {
                    linear.Weight.Fill(0);
                }
            }
        }
    }

    private static int Patch(int length) => length % 16 == 0 && length > 16 ? 16 : length % 4 == 0 && length > 4 ? 4 : 1;

    private static TransformerBlockSettings Settings(AttentionOptions options)
    {
        int dim = options.Integer("dim");
        int heads = options.Integer("heads");
        if (options.IntegerOrNull("headDim") is null)
        {
            Channels.CheckDivisible(Key, "dim", dim, "heads", heads);
        }

        int headDim = options.IntegerOrNull("headDim") ?? dim / heads;
        bool alone = heads == 1 && headDim == dim;
        bool projects = options.BooleanOrNull("projection") ?? !alone;
        if (!projects && checked(heads * headDim) != dim)
        {
            throw new OptionException(Key, $"projection: {heads} heads of {headDim} features need one to become {dim}; set it to true, or leave it out.");
        }

        return new TransformerBlockSettings(
            dim, heads, headDim, options.IntegerOrNull("mlpDim") ?? checked(4 * dim), options.Boolean("qkvBias"), projects,
            options.Choice("activation") == "relu", options.Number("normEpsilon"), options.Number("dropout"));
    }

    /// <summary>The mean of what the class token and the distillation token say.</summary>
    private Tensor Averaged(Tensor tokens, Linear distilledHead)
    {
        int dim = tokens.Shape[2];
        return (_head.Call(tokens.Narrow(1, 0, 1).Reshape(-1, dim)) + distilledHead.Call(tokens.Narrow(1, 1, 1).Reshape(-1, dim))) * 0.5;
    }

    /// <summary>Norms are taken of the tokens that are used, which is the same and less.</summary>
    private Tensor Pooled(Tensor tokens)
    {
        int dim = tokens.Shape[2];
        if (!_mean)
        {
            return _norm.Call(tokens.Narrow(1, 0, 1).Reshape(-1, dim));
        }

        Tensor pooled = _poolClassToken ? tokens : tokens.Slice(1, 1);
        return _normAfterPool ? _norm.Call(pooled.Mean([1])) : _norm.Call(pooled).Mean([1]);
    }

    /// <summary>The convolution under timm's name.</summary>
    private sealed class PatchEmbedding : Module
    {
        public PatchEmbedding(int inChannels, int dim, (int Height, int Width) patch) =>
            Projection = Register("proj", new Conv2d(inChannels, dim, patch, patch, (0, 0), (1, 1)));

        public Conv2d Projection { get; }

        protected override Tensor Forward(Tensor x) => Projection.Call(x);
    }
}
