using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Relation-Aware Global Attention: how important a position (or a channel) is, is learnt from its relations to all others in both
/// directions, together with its own feature.
/// <para>Formula, spatial, over the N = H·W positions: <c>r_ij = θ(x_i) · φ(x_j)</c>, not softmaxed and not symmetric;
/// <c>y_i = [mean(g(x_i)); ReLU(BN(W_g [r_i·; r_·i]))]</c>; <c>u = x · σ(BN(1×1(ReLU(BN(1×1 y)))))</c>. θ, φ, g are 1×1 → C/channelRatio,
/// BN, ReLU, without bias. The channel branch is the same on u with positions and channels exchanged.</para>
/// <para>Shapes: <c>x: [B, C, H, W] → same</c>, with the H and W of the options. Parameters: <c>theta_spatial.{0,1}</c>,
/// <c>phi_spatial</c>, <c>gx_spatial</c>, <c>gg_spatial</c>, <c>W_spatial.{0,1,3,4}</c>, and the same with <c>_channel</c>.</para>
/// <para>The weights of <c>gg_spatial</c> (and of the channel branch's projections) belong to single positions, so the size is fixed
/// when the module is built. With <c>anySize</c> they belong to the cells of a grid of H×W instead: θ and φ of the positions that are
/// related to (and the channel branch's input) are averaged over the cells first. On a map of the built size every cell is one position,
/// and nothing changes.</para>
/// <para>Source: Zhang et al., "Relation-Aware Global Attention for Person Re-identification", 2020. Deviation: the N×N relations are
/// never stored. <c>W_g [R^T; R]</c> with <c>R = θ^T φ</c> is computed as <c>(W₁ φ^T) θ + (W₂ θ^T) φ</c>, which is the same sum in
/// another order. Maps: the gates, and for each branch the relations <c>outgoing</c> (r_ij) and <c>incoming</c> (r_ji).</para>
/// </summary>
public sealed class RelationAwareAttention : Mechanism<RelationAwareAttention>, IAttention<RelationAwareAttention>
{
    private const string Key = "rga";
    private int _channels;
    private int _height;
    private int _width;
    private bool _anySize;
    private Branch? _spatial;
    private Branch? _channel;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="height">Height of the maps.</param>
    /// <param name="width">Width of the maps.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public RelationAwareAttention(int channels, int height, int width)
        : base(("channels", channels), ("height", height), ("width", width))
    {
    }

    private RelationAwareAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Whether positions are related to positions (default true).</summary>
    public bool Spatial { get => Boolean(); init => Set(value); }

    /// <summary>Whether channels are related to channels; on the spatial branch's output if there is one (default true).</summary>
    public bool Channel { get => Boolean(); init => Set(value); }

    /// <summary>Divides the channels inside the branches (a whole number ≥ 1, default 8).</summary>
    public int ChannelRatio { get => Integer(); init => Set(value); }

    /// <summary>Divides the positions inside the branches (a whole number ≥ 1, default 8).</summary>
    public int SpatialRatio { get => Integer(); init => Set(value); }

    /// <summary>
    /// Divides the 1 + N/spatialRatio (or 1 + C/channelRatio) features from which the gate is made (a whole number ≥ 1, default 8).
    /// </summary>
    public int DownRatio { get => Integer(); init => Set(value); }

    /// <summary>Whether maps of other sizes are taken, by relating to the cells of a grid of height × width (default false).</summary>
    public bool AnySize { get => Boolean(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = Key,
        Name = "Relation-Aware Global Attention",
        Paper = "Relation-Aware Global Attention for Person Re-identification",
        Year = 2020,
        Family = Family.Relation,
        Formula = "r_ij = θ(x_i)·φ(x_j);  y_i = [mean g(x_i); ReLU(BN(W [r_i·; r_·i]))];  y = x · σ(BN(1×1(ReLU(BN(1×1 y_i)))))",
        Shapes = "x: [B, C, H, W] → same, with the H and W of the options",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Integer("height", "Height of the maps."),
            OptionSpec.Integer("width", "Width of the maps."),
            OptionSpec.Boolean("spatial", "Whether positions are related to positions.", true),
            OptionSpec.Boolean("channel", "Whether channels are related to channels; on the spatial branch's output if there is one.", true),
            OptionSpec.Integer("channelRatio", "Divides the channels inside the branches.", 8),
            OptionSpec.Integer("spatialRatio", "Divides the positions inside the branches.", 8),
            OptionSpec.Integer("downRatio", "Divides the 1 + N/spatialRatio (or 1 + C/channelRatio) features from which the gate is made.", 8),
            OptionSpec.Boolean("anySize", "Whether maps of other sizes are taken, by relating to the cells of a grid of height × width.", false),
        ],
        Variants =
        [
            "Paper and official code: the size is fixed when the module is built (anySize false).",
            "Here the N×N relations are never stored: W [Rᵀ; R] is computed as (W₁ φᵀ) θ + (W₂ θᵀ) φ.",
        ],
        Fit = static slot =>
        {
            int positions = slot.Height * slot.Width;
            int spatialRatio = Math.Min(8, positions);
            int channelRatio = Math.Min(8, slot.Channels);
            return new Dictionary<string, object>
            {
                ["channels"] = slot.Channels,
                ["height"] = slot.Height,
                ["width"] = slot.Width,
                ["channelRatio"] = channelRatio,
                ["spatialRatio"] = spatialRatio,
                ["downRatio"] = Math.Min(8, 1 + Math.Min(positions / spatialRatio, slot.Channels / channelRatio)),
            };
        },
        Flow =
        [
            new("r", "r_ij = θ_i·φ_j", "x"), new("both", "W [rᵀ; r], BN, ReLU", "r"), new("own", "mean g", "x"),
            new("gate", "1×1, BN, ReLU, 1×1, BN, σ", "own", "both"), new("u", "×", "x", "gate"), new("channel", "the same over channels, σ", "u"),
            new("y", "×", "u", "channel"),
        ],
    };

    /// <inheritdoc/>
    public static RelationAwareAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _height = options.Integer("height");
        _width = options.Integer("width");
        _anySize = options.Boolean("anySize");
        int positions = checked(_height * _width);
        int innerChannels = Divided("channels", _channels, "channelRatio", options.Integer("channelRatio"));
        int innerPositions = Divided("height · width", positions, "spatialRatio", options.Integer("spatialRatio"));
        int down = options.Integer("downRatio");
        bool spatial = options.Boolean("spatial");
        bool channel = options.Boolean("channel");
        if (!spatial && !channel)
        {
            throw new OptionException(Key, "spatial and channel are both false, which leaves nothing to do; set one of them to true.");
        }

        _spatial = spatial ? new Branch(this, "spatial", RelationGrid.OfMaps, _channels, innerChannels, positions, innerPositions, down) : null;
        _channel = channel ? new Branch(this, "channel", static maps => RelationGrid.Channels(maps.Shape[2]), positions, innerPositions, _channels, innerChannels, down) : null;
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps(Key, x, _channels);
        (int n, int h, int w) = (x.Shape[0], x.Shape[2], x.Shape[3]);
        if (!_anySize && (h, w) != (_height, _width))
        {
            throw new ShapeException(Key, $"[N, {_channels}, {_height}, {_width}]", x.Shape.ToString(),
                "the weights belong to single positions: build the module with this height and width, or with anySize");
        }

        if (_spatial is not null)
        {
            Tensor gate = _spatial.Gate(this, feature => feature.Call(x), maps => OnGrid(maps, h, w));
            if (AttentionRecorder.IsActive)
            {
                AttentionRecorder.Publish(this, new PositionGate("spatial", AttentionRecorder.Share(gate)));
            }

            x *= gate;
        }

        if (_channel is not null)
        {
            // The projections take the positions as their channels: W · xᵀ, without turning x round.
            Tensor cells = OnGrid(x, h, w).Flatten(2);
            Tensor gate = _channel.Gate(this, feature => Across(feature, cells), maps => maps);
            if (AttentionRecorder.IsActive)
            {
                AttentionRecorder.Publish(this, new ChannelGate("channel", AttentionRecorder.Share(gate.Reshape(n, _channels))));
            }

            x *= gate.Reshape(n, _channels, 1, 1);
        }

        return x;
    }

    private static int Divided(string name, int value, string ratioName, int ratio) => ratio <= value
        ? value / ratio
        : throw new OptionException(Key, $"{ratioName} ({ratio}) is larger than {name} ({value}), which leaves none; choose {ratioName} ≤ {value}.");

    private static Tensor Across(Projection feature, Tensor cells)
    {
        Tensor weight = feature.Conv.Weight;
        Tensor y = weight.Reshape(weight.Shape[0], weight.Shape[1]).MatMul(cells, transposeB: true);
        return feature.Norm.CallFused(y.Unsqueeze(-1), relu: true);
    }

    private Tensor OnGrid(Tensor maps, int h, int w) => (h, w) == (_height, _width) ? maps : maps.AdaptiveAvgPool2d((_height, _width));

    /// <summary>A 1×1 convolution without bias, batch norm and ReLU, under the names 0 and 1.</summary>
    private sealed class Projection : Module
    {
        public Projection(int from, int to)
        {
            Conv = Register("0", new Conv2d(from, to, 1, bias: false));
            Norm = Register("1", new BatchNorm2d(to));
        }

        public Conv2d Conv { get; }

        public BatchNorm2d Norm { get; }

        protected override Tensor Forward(Tensor x) => Norm.CallFused(Conv.Call(x), relu: true);
    }

    /// <summary>One branch: <c>features</c> numbers describe each of <c>places</c> positions (or the other way round for channels).</summary>
    private sealed class Branch
    {
        private readonly Projection _theta;
        private readonly Projection _phi;
        private readonly Projection _own;
        private readonly Projection _relations;
        private readonly Sequential _gate;
        private readonly string _name;
        private readonly Func<Tensor, RelationGrid> _places;

        public Branch(RelationAwareAttention owner, string name, Func<Tensor, RelationGrid> grid, int features, int innerFeatures, int places, int innerPlaces, int downRatio)
        {
            (_name, _places) = (name, grid);
            int joint = 1 + innerPlaces;
            int hidden = Divided($"the {joint} features of the {name} gate", joint, "downRatio", downRatio);
            _own = owner.Register($"gx_{name}", new Projection(features, innerFeatures));
            _relations = owner.Register($"gg_{name}", new Projection(checked(2 * places), innerPlaces));
            _gate = owner.Register($"W_{name}", new Sequential(
                new Conv2d(joint, hidden, 1, bias: false), new BatchNorm2d(hidden), new ReLU(), new Conv2d(hidden, 1, 1, bias: false), new BatchNorm2d(1)));
            _theta = owner.Register($"theta_{name}", new Projection(features, innerFeatures));
            _phi = owner.Register($"phi_{name}", new Projection(features, innerFeatures));
        }

        /// <summary>σ of the gate, [B, 1, h, w]; <paramref name="onGrid"/> averages the places that are related to over the grid's cells.</summary>
        public Tensor Gate(RelationAwareAttention owner, Func<Projection, Tensor> project, Func<Tensor, Tensor> onGrid)
        {
            Tensor theta = project(_theta);
            Tensor phi = project(_phi);
            (Tensor thetaOthers, Tensor phiOthers) = (onGrid(theta), onGrid(phi));
            if (AttentionRecorder.IsActive)
            {
                Publish(owner, "outgoing", theta, phiOthers);
                Publish(owner, "incoming", phi, thetaOthers);
            }

            Tensor weight = _relations.Conv.Weight;
            int places = weight.Shape[1] / 2;

            // Rows of R come first (r of the others to this place, R^T), then columns.
            Tensor both = weight.Reshape(weight.Shape[0], 2 * places);
            Tensor left = Tensor.Concat([
                both.Narrow(1, 0, places).MatMul(phiOthers.Flatten(2), transposeB: true),
                both.Narrow(1, places, places).MatMul(thetaOthers.Flatten(2), transposeB: true)], 2);
            Tensor relations = left.MatMul(Tensor.Concat([theta.Flatten(2), phi.Flatten(2)], 1));
            relations = _relations.Norm.CallFused(relations.Reshape(theta.Shape.With(1, weight.Shape[0]).Lengths), relu: true);
            Tensor own = project(_own).Mean([1], keepDim: true);
            return _gate.Call(Tensor.Concat([own, relations], 1)).Sigmoid();
        }

        private void Publish(RelationAwareAttention owner, string direction, Tensor places, Tensor others) =>
            AttentionRecorder.Publish(owner, new ProductRelation($"{_name}.{direction}")
            {
                Batch = places.Shape[0],
                Heads = 1,
                Queries = _places(places),
                Keys = _places(others),
                Operands = (AttentionRecorder.Share(places), AttentionRecorder.Share(others)),
                Factor = 1,
            });
    }
}
