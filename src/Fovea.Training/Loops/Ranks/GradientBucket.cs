using System.Numerics;
using System.Numerics.Tensors;
using Fovea.Distributed;

namespace Fovea.Training;

/// <summary>
/// The gradients of some parameters in one piece of memory, which sums of several batches are made in, and from which the optimiser reads them. Behind the numbers stands for each
/// parameter how many batches gave it a gradient: one to which none did is left alone by the optimiser. Where a batch gave none stands −0, which changes no bit of what it is added to.
/// </summary>
internal abstract class GradientBucket : IDisposable
{
    // Each begins at a cache line, as tensors of their own do.
    private const int Alignment = 64;
    private readonly Tensor[] _parameters;
    private readonly int[] _starts;
    private readonly int _elements;
    private readonly DType _type;

    // The sums of 1, 2, 4, … batches that wait for as many others, as the digits of a counter do.
    private readonly List<Tensor?> _waiting = [];
    private Tensor _values;
    private int _missing;

    private GradientBucket(IReadOnlyList<Tensor> parameters)
    {
        _parameters = [.. parameters];
        _type = parameters[0].DType;
        _starts = new int[parameters.Count];
        for (int i = 0; i < _starts.Length; i++)
        {
            _starts[i] = _elements;
            int line = Alignment / _type.Size();
            _elements += (parameters[i].Elements + line - 1) / line * line;
        }

        _values = NewValues();
    }

    /// <summary>A bucket for the gradients of parameters of one type.</summary>
    public static GradientBucket Of(IReadOnlyList<Tensor> parameters) =>
        parameters[0].DType == DType.Float32 ? new Numbers<float>(parameters) : new Numbers<double>(parameters);

    /// <summary>Bytes of one sum.</summary>
    public long Bytes => _values.Elements * _type.Size();

    /// <summary>The gradients as one tensor, followed by their counts.</summary>
    public Tensor Values => _values;

    /// <summary>The sum over the ranks that is under way; null for none.</summary>
    public PendingCollective? Pending { get; set; }

    /// <summary>Waits for as many gradients as there are parameters.</summary>
    public void Expect() => _missing = _parameters.Length;

    /// <summary>Counts a gradient that is complete.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool Arrive() => --_missing == 0;

    /// <summary>Copies the gradients of a batch, and takes them away from the parameters.</summary>
    public abstract void Gather();

    /// <summary>Stands for no batch at all.</summary>
    public abstract void GatherNothing();

    /// <summary>Makes the sums the parameters' gradients, where they lie.</summary>
    public void Scatter()
    {
        for (int i = 0; i < _parameters.Length; i++)
        {
            Tensor parameter = _parameters[i];
            long start = (long)_starts[i] * _type.Size();
            parameter.SetGrad(HasGradient(i) ? new Tensor(parameter.Shape, _type, _values.Storage.Part(start, parameter.Spec.Bytes), owned: false) : null);
        }
    }

    /// <summary>Puts what was gathered with the sums of the batches before it, of which there are <paramref name="before"/>, and keeps the sum for later.</summary>
    public void Carry(int before)
    {
        int level = 0;
        for (; (before >> level & 1) != 0; level++)
        {
            AddWaiting(level);
        }

        while (_waiting.Count <= level)
        {
            _waiting.Add(null);
        }

        Tensor free = _waiting[level] ?? NewValues();
        (_waiting[level], _values) = (_values, free);
    }

    /// <summary>Adds the sums of all batches before, of which there are <paramref name="before"/>, to what was gathered.</summary>
    public void Complete(int before)
    {
        for (int level = 0; before >> level != 0; level++)
        {
            if ((before >> level & 1) != 0)
            {
                AddWaiting(level);
            }
        }
    }

    public void Dispose()
    {
        _values.Dispose();
        _waiting.ForEach(t => t?.Dispose());
    }

    private Tensor NewValues() => TensorScope.Detach(Tensor.Empty([_elements + _parameters.Length], _type));

    private void AddWaiting(int level) => Add(_waiting[level]!);

    /// <summary>Adds a sum to what was gathered.</summary>
    private protected abstract void Add(Tensor sum);

    /// <summary>Whether some batch gave a parameter a gradient.</summary>
    private protected abstract bool HasGradient(int parameter);

    private sealed class Numbers<T>(IReadOnlyList<Tensor> parameters) : GradientBucket(parameters)
        where T : unmanaged, INumberBase<T>
    {
        public override void Gather()
        {
            Span<T> values = _values.AsSpan<T>();
            for (int i = 0; i < _parameters.Length; i++)
            {
                Span<T> place = values[_starts[i]..(i + 1 < _starts.Length ? _starts[i + 1] : _elements)];
                values[_elements + i] = _parameters[i].Grad is null ? T.Zero : T.One;
                if (_parameters[i].Grad is { } gradient)
                {
                    gradient.AsSpan<T>().CopyTo(place);
                    place[gradient.Elements..].Fill(-T.Zero);
                    _parameters[i].ClearGrad();
                }
                else
                {
                    place.Fill(-T.Zero);
                }
            }
        }

        public override void GatherNothing()
        {
            Span<T> values = _values.AsSpan<T>();
            values[.._elements].Fill(-T.Zero);
            values[_elements..].Clear();
        }

        private protected override void Add(Tensor sum) => TensorPrimitives.Add(sum.AsSpan<T>(), _values.AsSpan<T>(), _values.AsSpan<T>());

        private protected override bool HasGradient(int parameter) => _values.AsSpan<T>()[_elements + parameter] != T.Zero;
    }
}
