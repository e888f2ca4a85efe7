using Fovea.Distributed;

namespace Fovea.Training;

/// <summary>
/// Sums the gradients of a step's batches in a tree that depends on their number alone (see <see cref="MicroBatches"/>): this rank's own as they come, then over the
/// ranks. The gradients lie in buckets in the order in which a backward pass makes them, and a bucket travels as soon as its last gradient of this rank's last batch is there,
/// while the pass goes on (Li et al., "PyTorch Distributed", 2020).
/// </summary>
internal sealed class GradientSum : IDisposable
{
    // Enough buckets for most to travel behind the pass, each large enough for the network's bandwidth to count and not its latency.
    private const int Buckets = 8;
    private const long LeastBytes = 64 << 10;
    private const long MostBytes = 4 << 20;
    private readonly ProcessGroup _group;
    private readonly List<GradientBucket> _buckets = [];
    private readonly Dictionary<Tensor, int> _bucketOf = new(ReferenceEqualityComparer.Instance);
    private int _sent;
    private int _before;
    private bool[] _isFull = [];

    /// <param name="parameters">What is trained, in the order of the model: the gradients of its end come first.</param>
    /// <param name="group">The ranks.</param>
    public GradientSum(IEnumerable<Tensor> parameters, ProcessGroup group)
    {
        _group = group;
        Tensor[] all = [.. parameters.Distinct(ReferenceEqualityComparer.Instance).Cast<Tensor>().Reverse()];
        long full = Math.Clamp(all.Sum(p => p.Spec.Bytes) / Buckets, LeastBytes, MostBytes);
        var open = new List<Tensor>();
        long bytes = 0;
        foreach (Tensor parameter in all)
        {
            if (open.Count > 0 && (bytes >= full || open[0].DType != parameter.DType))
            {
                Close();
            }

            open.Add(parameter);
            _bucketOf[parameter] = _buckets.Count;
            bytes += parameter.Spec.Bytes;
        }

        if (open.Count > 0)
        {
            Close();
        }

        _isFull = new bool[_buckets.Count];

        void Close()
        {
            _buckets.Add(GradientBucket.Of(open));
            open.Clear();
            bytes = 0;
        }
    }

    /// <summary>Bytes of one sum of all gradients.</summary>
    public long Bytes => _buckets.Sum(b => b.Bytes);

    /// <summary>Begins a step.</summary>
    public void Begin()
    {
        (_sent, _before) = (0, 0);
        Array.Clear(_isFull);
        _buckets.ForEach(b => b.Expect());
    }

    /// <summary>Takes the gradients of a batch, which is not this rank's last of the step, away from the parameters.</summary>
    public void Add()
    {
        foreach (GradientBucket bucket in _buckets)
        {
            bucket.Gather();
            bucket.Carry(_before);
        }

        _before++;
    }

    /// <summary>Takes note of a gradient of the last batch that is complete, during its backward pass.</summary>
    public void Arrive(Tensor parameter)
    {
        if (_bucketOf.TryGetValue(parameter, out int index) && _buckets[index].Arrive())
        {
            _isFull[index] = true;
            while (_sent < _buckets.Count && _isFull[_sent])
            {
                Send(_buckets[_sent++]);
            }
        }
    }

    /// <summary>Ends a step: the sums over all batches of all ranks are the parameters' gradients.</summary>
    /// <param name="isEmpty">Whether this rank had no batch in the step.</param>
    /// <exception cref="RankLostException">A rank went missing.</exception>
    public void Finish(bool isEmpty)
    {
        for (; _sent < _buckets.Count; _sent++)
        {
            if (isEmpty)
            {
                _buckets[_sent].GatherNothing();
                _buckets[_sent].Pending = _group.StartAllReduce(_buckets[_sent].Values);
            }
            else
            {
                Send(_buckets[_sent]);
            }
        }

        foreach (GradientBucket bucket in _buckets)
        {
            bucket.Pending?.Wait();
            bucket.Pending = null;
            bucket.Scatter();
        }
    }

    public void Dispose() => _buckets.ForEach(b => b.Dispose());

    private void Send(GradientBucket bucket)
    {
        bucket.Gather();
        bucket.Complete(_before);
        bucket.Pending = _group.StartAllReduce(bucket.Values);
    }
}
