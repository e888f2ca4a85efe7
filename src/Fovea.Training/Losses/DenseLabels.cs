namespace Fovea.Training;

/// <summary>Labels [N, …] beside logits [N, C, …], checked, with the axes after C taken as one.</summary>
internal sealed class DenseLabels
{
    private readonly string _loss;
    private readonly Tensor _labels;
    private readonly long _ignored;

    /// <summary>Checks the shapes and every label.</summary>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    /// <exception cref="DataFormatException">A label is neither a class nor the ignored one.</exception>
    public DenseLabels(string loss, Tensor logits, Tensor labels, long ignored)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        _loss = loss;
        _labels = labels;
        _ignored = ignored;
        if (logits.Rank < 2 || !Without1(logits.Shape).SequenceEqual(labels.Shape))
        {
            throw new ShapeException(loss, "logits [N, C, …] and labels [N, …]", $"{logits.Shape} and {labels.Shape}");
        }

        if (labels.DType != DType.Int64)
        {
            throw new DTypeException(loss, "Int64 labels", labels.DType.ToString());
        }

        Images = logits.Shape[0];
        Channels = logits.Shape[1];
        Classes = Math.Max(2, Channels);
        Places = logits.Shape.Product(2, logits.Rank);
        Counts = new long[Classes];
        foreach (long label in labels.AsSpan<long>())
        {
            if (label == ignored)
            {
                continue;
            }

            if ((ulong)label >= (ulong)Classes)
            {
                throw new DataFormatException($"{loss}: expected labels from 0 to {Classes - 1}, or {ignored} for what does not count, got {label}.");
            }

            Counts[label]++;
        }
    }

    public int Images { get; }

    /// <summary>C: a single channel stands for two classes, of which it is the second.</summary>
    public int Channels { get; }

    public int Classes { get; }

    public int Places { get; }

    /// <summary>Places of each class.</summary>
    public long[] Counts { get; }

    /// <summary>Places that count.</summary>
    public long Counted => Counts.Sum();

    /// <summary>[N, C, places].</summary>
    public Tensor Flatten(Tensor logits) => logits.Reshape(Images, Channels, Places);

    /// <summary>Probabilities [N, C, places]: the softmax over the channels, or the sigmoid of a single one.</summary>
    public Tensor Probabilities(Tensor logits) => Channels == 1 ? Flatten(logits).Sigmoid() : Flatten(logits).Softmax(1);

    /// <summary>1 where a place is of the channel's class, else 0; 0 everywhere for places that do not count.</summary>
    public Tensor OneHot(DType type) => Fill(type, ownClassOnly: true);

    /// <summary>1 where a place counts, in every channel.</summary>
    public Tensor Mask(DType type) => Fill(type, ownClassOnly: false);

    /// <summary>The class of a channel.</summary>
    public int ClassOf(int channel) => Channels == 1 ? 1 : channel;

    private static IEnumerable<int> Without1(Shape shape) => shape.Where((_, axis) => axis != 1);

    private Tensor Fill(DType type, bool ownClassOnly)
    {
        if (!type.IsFloating())
        {
            throw new DTypeException(_loss, "Float32 or Float64 logits", type.ToString());
        }

        Tensor filled = Tensor.Zeros([Images, Channels, Places], type);
        if (type == DType.Float32)
        {
            Fill(filled.AsSpan<float>(), 1f, ownClassOnly);
        }
        else
        {
            Fill(filled.AsSpan<double>(), 1d, ownClassOnly);
        }

        return filled;
    }

    private void Fill<T>(Span<T> values, T one, bool ownClassOnly)
    {
        ReadOnlySpan<long> all = _labels.AsSpan<long>();
        for (int n = 0; n < Images; n++)
        {
            ReadOnlySpan<long> labels = all.Slice(n * Places, Places);
            for (int channel = 0; channel < Channels; channel++)
            {
                Span<T> plane = values.Slice((n * Channels + channel) * Places, Places);
                int own = ClassOf(channel);
                for (int place = 0; place < labels.Length; place++)
                {
                    if (ownClassOnly ? labels[place] == own && own != _ignored : labels[place] != _ignored)
                    {
                        plane[place] = one;
                    }
                }
            }
        }
    }
}
