namespace Fovea.Inspect;

/// <summary>A picture that is taken apart in the order of one map after another: what is the same for all of them is made once, when it is first asked for.</summary>
internal sealed class PerturbedPicture
{
    private readonly PictureScorer _scorer;
    private readonly ITarget _measured;
    private readonly ulong _seed;
    private float[]? _filled;
    private double[]? _drawn;
    private (double Whole, double Filled)? _ends;

    /// <summary>Takes a picture.</summary>
    /// <param name="measure">Who takes it apart, for the error.</param>
    /// <param name="scorer">The model.</param>
    /// <param name="image">[1, C, H, W].</param>
    /// <param name="measured">The score.</param>
    /// <param name="seed">What noise and the order of equal values are drawn from.</param>
    /// <exception cref="ShapeException">The picture is not of the scorer's size.</exception>
    public PerturbedPicture(string measure, PictureScorer scorer, Tensor image, ITarget measured, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        ArgumentNullException.ThrowIfNull(image);
        (_scorer, _measured, _seed) = (scorer, measured, seed);
        Pixels = image.Shape == scorer.Picture ? image.ToArray<float>() : throw new ShapeException(measure, scorer.Picture.ToString(), image.Shape.ToString());
        Size = (image.Shape[1], image.Shape[2], image.Shape[3]);
    }

    /// <summary>What stands where pixels are removed.</summary>
    public PictureFill Fill { get; init; } = new();

    /// <summary>Deviation of ROAD's noise, at least 0.</summary>
    public double Noise
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>Channels, height and width.</summary>
    public (int Channels, int Height, int Width) Size { get; }

    /// <summary>[C, H, W].</summary>
    public float[] Pixels { get; }

    /// <summary>[C, H, W], what stands where pixels are removed.</summary>
    public float[] Filled => _filled ??= Fill.Of(Pixels, Size.Channels, Size.Height, Size.Width);

    /// <summary>[C, H, W], what is added to pixels that ROAD fills in.</summary>
    public double[] Drawn => _drawn ??= NoisyLinearImputation.Noise(Pixels.Length, Noise, new Generator(_seed).Fork("noise"));

    /// <summary>The order in which a map has the pixels removed.</summary>
    public int[] Order(ScalarMap map) => PixelOrder.Descending(map.ResizedTo(Size.Height, Size.Width).Values, new Generator(_seed).Fork("ties"));

    /// <summary>The score of the picture, and of what is filled in for all of it: where every curve begins and ends.</summary>
    public (double Whole, double Filled) Ends(CancellationToken cancellation)
    {
        if (_ends is null)
        {
            double[] scores = Score([.. Pixels, .. Filled], cancellation);
            _ends = (scores[0], scores[1]);
        }

        return _ends.Value;
    }

    /// <summary>The scores of pictures made of it, [count, C, H, W].</summary>
    public double[] Score(float[] pictures, CancellationToken cancellation) => _scorer.Score(pictures, _measured, cancellation);
}
