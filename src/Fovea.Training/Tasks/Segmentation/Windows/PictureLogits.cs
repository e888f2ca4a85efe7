namespace Fovea.Training;

/// <summary>
/// The looks at one picture put together at its own size: each is enlarged or reduced bilinearly and mirrored back, and their probabilities
/// are averaged. A single look keeps its logits.
/// </summary>
internal sealed class PictureLogits(int classes, int width, int height)
{
    private readonly List<(WindowView View, float[] Logits)> _looks = [];
    private float[]? _probabilities;
    private int _count;

    /// <summary>What takes the rows of the next look.</summary>
    public Action<int, Tensor> Begin(WindowView view)
    {
        WindowGrid grid = view.Grid;
        float[] logits = new float[checked(classes * grid.Height * grid.Width)];
        Combine();
        _looks.Add((view, logits));
        return (first, rows) =>
        {
            int area = rows.Shape[2] * grid.Width;
            for (int c = 0; c < classes; c++)
            {
                rows.AsSpan<float>().Slice(c * area, area).CopyTo(logits.AsSpan(((c * grid.Height) + first) * grid.Width));
            }
        };
    }

    /// <summary>Logits of the mean probabilities, [1, classes, height, width], which the current scope owns.</summary>
    public Tensor Logits()
    {
        if (_probabilities is null && _looks is [var only])
        {
            return AtOwnSize(only);
        }

        Combine();
        return (Tensor.From(_probabilities!, [1, classes, height, width]) * (1.0 / _count)).Log();
    }

    // Looks that are over are added up, so that no more than one is held beside the sum.
    private void Combine()
    {
        foreach ((WindowView View, float[] Logits) look in _looks)
        {
            using TensorScope scope = TensorScope.Begin();
            ReadOnlySpan<float> shares = AtOwnSize(look).Softmax(1).AsSpan<float>();
            _probabilities ??= new float[shares.Length];
            System.Numerics.Tensors.TensorPrimitives.Add(_probabilities, shares, _probabilities);
            _count++;
        }

        _looks.Clear();
    }

    private Tensor AtOwnSize((WindowView View, float[] Logits) look)
    {
        WindowGrid grid = look.View.Grid;
        if (look.View.Flipped)
        {
            for (int row = 0; row < classes * grid.Height; row++)
            {
                look.Logits.AsSpan(row * grid.Width, grid.Width).Reverse();
            }
        }

        return Tensor.From(look.Logits, [1, classes, grid.Height, grid.Width]).UpsampleBilinear2d((height, width));
    }
}
