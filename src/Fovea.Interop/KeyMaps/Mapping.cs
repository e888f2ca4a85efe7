namespace Fovea.Io.KeyMaps;

/// <summary>What became of a state dict under one key map.</summary>
internal sealed class Mapping(KeyMap map)
{
    private readonly HashSet<KeyRule> _used = [];
    private readonly Dictionary<string, Tensor> _tensors = [];
    private readonly Dictionary<string, KeyLayout> _layouts = [];
    private readonly HashSet<string> _prefixes = [];

    public KeyMap Map => map;

    /// <summary>The tensors under our names, with the source's layouts.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>Names that no rule and no name of the model explains.</summary>
    public List<string> Unexplained { get; } = [];

    /// <summary>Two names of the source that became one of ours.</summary>
    public string? Clash { get; private set; }

    /// <summary>The places in the source's model where the module stands.</summary>
    public IReadOnlyCollection<string> Places => _prefixes;

    /// <summary>Rules that must apply and did not.</summary>
    public IEnumerable<KeyRule> Missing => map.Rules.Where(r => !r.IsOptional && !_used.Contains(r));

    /// <summary>How many tensors a rule explains.</summary>
    public int Explained { get; private set; }

    /// <summary>How many tensors got another name.</summary>
    public int Renamed { get; private set; }

    /// <summary>Whether the state dict is wholly of this source.</summary>
    public bool Fits => Unexplained.Count == 0 && !Missing.Any() && (map.Fits?.Invoke(_tensors) ?? true);

    public KeyLayout LayoutOf(string name) => _layouts.GetValueOrDefault(name);

    public void Add(KeyRule rule, string name, string prefix, string target, Tensor tensor)
    {
        _used.Add(rule);
        _prefixes.Add(prefix);
        _layouts[target] = rule.Layout;
        Explained++;
        Renamed += target == name ? 0 : 1;
        Store(name, target, tensor);
    }

    public void Keep(string name, Tensor tensor, bool isOurs)
    {
        if (!isOurs && !name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
        {
            Unexplained.Add(name);
        }

        Store(name, name, tensor);
    }

    private void Store(string name, string target, Tensor tensor)
    {
        if (!_tensors.TryAdd(target, tensor))
        {
            Clash ??= $"{name} and another name both become {target}";
        }
    }
}
