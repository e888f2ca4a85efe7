using Fovea.Formulas;

namespace Fovea;

/// <summary>The plans of one module's formula: one for each set of shapes, modes and wishes that came by, the last few of them.</summary>
internal sealed class FormulaCache
{
    // Sizes that come in turns (training at several) all stay; sizes without end do not pile up.
    private const int Most = 16;

    private Entry[] _entries = [];

    /// <summary>Runs a module's formula by its plan.</summary>
    /// <param name="module">The module.</param>
    /// <param name="modes">Which modules train, in the order of the tree.</param>
    /// <param name="inputs">What it was called with.</param>
    /// <returns>Null when there is no plan: the formula cannot be kept as a list of ops, or refuses the inputs.</returns>
    public Tensor? Run(Module module, ulong modes, ReadOnlySpan<Tensor> inputs)
    {
        Publications? looking = Publications.Current;
        var key = new Key(modes, GradMode.IsEnabled, looking is not null);
        if ((Find(key, inputs) ?? Add(module, key, inputs)) is not { Plan: { } plan } entry)
        {
            return null;
        }

        (Module Module, IPublished What)[] shown = entry.Shown;
        if (looking is null || shown.Length == 0)
        {
            return plan.Run(inputs, []);
        }

        var maps = new Tensor[shown.Length];
        Tensor y = plan.Run(inputs, maps);
        for (int i = 0; i < maps.Length; i++)
        {
            looking.All.Add((shown[i].Module, shown[i].What.Showing(Publications.Share(maps[i]))));
        }

        return y;
    }

    private Entry? Find(Key key, ReadOnlySpan<Tensor> inputs)
    {
        foreach (Entry entry in Volatile.Read(ref _entries))
        {
            if (entry.Key == key && IsFor(entry, inputs))
            {
                return entry;
            }
        }

        return null;
    }

    private static bool IsFor(Entry entry, ReadOnlySpan<Tensor> inputs)
    {
        if (entry.Inputs.Length != inputs.Length)
        {
            return false;
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] is null || inputs[i].Spec != entry.Inputs[i])
            {
                return false;
            }
        }

        return true;
    }

    private Entry? Add(Module module, Key key, ReadOnlySpan<Tensor> inputs)
    {
        foreach (Tensor input in inputs)
        {
            if (input is null)
            {
                return null;
            }
        }

        if (Entry.Of(module, key, Array.ConvertAll(inputs.ToArray(), t => t.Spec)) is not { } made)
        {
            return null;
        }

        Entry[] before;
        do
        {
            before = Volatile.Read(ref _entries);
        }
        while (!ReferenceEquals(Interlocked.CompareExchange(ref _entries, [made, .. before.Take(Most - 1)], before), before));

        return made;
    }

    /// <summary>What a plan depends on beside the inputs' shapes.</summary>
    private readonly record struct Key(ulong Modes, bool Gradients, bool Shows);

    private sealed record Entry(Key Key, TensorSpec[] Inputs, FormulaPlan? Plan, (Module Module, IPublished What)[] Shown)
    {
        /// <summary>Traces a module's formula and plans it; without a plan when it is none. Null when it fails: it will say why itself.</summary>
        public static Entry? Of(Module module, Key key, TensorSpec[] inputs)
        {
            Publications? looking = Publications.Current;
            var seen = new Publications();
            try
            {
                Publications.Current = key.Shows ? seen : null;
                Graph graph = Graph.TraceFormula(
                    x => [module.Written(x), .. seen.All.Select(p => p.What.Shown ?? throw new CompileException("A map is more than a tensor."))], inputs);
                HashSet<Tensor> state = [.. module.Parameters(), .. module.NamedBuffers().Select(b => b.Value)];
                return graph.Nodes.Any(n => n.Op.IsRandom) || !graph.Constants.Values.All(state.Contains)
                    ? new Entry(key, inputs, null, [])
                    : new Entry(key, inputs, FormulaPlan.Of(graph, key.Gradients), [.. seen.All]);
            }
            catch (CompileException)
            {
                return new Entry(key, inputs, null, []);
            }
            catch (FoveaException)
            {
                return null;
            }
            finally
            {
                Publications.Current = looking;
            }
        }
    }
}
