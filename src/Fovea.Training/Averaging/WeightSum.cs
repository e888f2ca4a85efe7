using System.Numerics;

namespace Fovea.Training;

/// <summary>
/// Sums of weights of one model, name by name, in double precision: <c>mean = (w₁ + … + w_K) / K</c>. Whole numbers, which count steps, are the last one's.
/// </summary>
internal sealed class WeightSum : IDisposable
{
    private readonly Dictionary<string, (DType Type, Shape Shape, double[] Sum)> _sums = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _whole = new(StringComparer.Ordinal);

    /// <summary>Weights so far.</summary>
    public int Count { get; private set; }

    /// <summary>Adds weights.</summary>
    public void Add(IReadOnlyDictionary<string, Tensor> weights)
    {
        foreach ((string name, Tensor value) in weights)
        {
            if (!value.DType.IsFloating())
            {
                if (_whole.Remove(name, out Tensor? old))
                {
                    old.Dispose();
                }

                _whole[name] = TensorScope.Detach(value.Clone());
                continue;
            }

            if (!_sums.TryGetValue(name, out (DType, Shape, double[] Sum) all))
            {
                _sums[name] = all = (value.DType, value.Shape, new double[value.Elements]);
            }

            AddTo(all.Sum, value);
        }

        Count++;
    }

    /// <summary>The mean, in the current scope.</summary>
    /// <param name="with">Weights that are taken in for this mean alone; null for none.</param>
    public Dictionary<string, Tensor> Mean(IReadOnlyDictionary<string, Tensor>? with = null)
    {
        var mean = _whole.ToDictionary(t => t.Key, t => (with?[t.Key] ?? t.Value).Clone(), StringComparer.Ordinal);
        int count = Count + (with is null ? 0 : 1);
        foreach ((string name, (DType type, Shape shape, double[] sum)) in _sums)
        {
            double[] all = sum;
            if (with is not null)
            {
                all = [.. sum];
                AddTo(all, with[name]);
            }

            Tensor value = Tensor.Empty(shape, type);
            if (type == DType.Float64)
            {
                Divide(all, count, value.AsSpan<double>());
            }
            else
            {
                Divide(all, count, value.AsSpan<float>());
            }

            mean[name] = value;
        }

        return mean;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor value in _whole.Values)
        {
            value.Dispose();
        }
    }

    private static void AddTo(double[] sum, Tensor value)
    {
        if (value.DType == DType.Float64)
        {
            AddTo<double>(sum, value.AsSpan<double>());
        }
        else
        {
            AddTo<float>(sum, value.AsSpan<float>());
        }
    }

    private static void AddTo<T>(double[] sum, ReadOnlySpan<T> values)
        where T : unmanaged, INumberBase<T>
    {
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += double.CreateTruncating(values[i]);
        }
    }

    private static void Divide<T>(double[] sum, int count, Span<T> mean)
        where T : unmanaged, INumberBase<T>
    {
        for (int i = 0; i < sum.Length; i++)
        {
            mean[i] = T.CreateTruncating(sum[i] / count);
        }
    }
}
