using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>Adds up the maps of a model by site.</summary>
internal sealed class AttentionTotals(Module model, int rows)
{
    private readonly Dictionary<Module, string> _names = model.NamedModules().DistinctBy(static m => m.Value).ToDictionary(static m => m.Value, static m => m.Name);
    private readonly Dictionary<string, GateTotals> _gates = [];
    private readonly Dictionary<(string Site, int Head), HeadTotals> _heads = [];

    public IReadOnlyList<GateStatistics> Gates => [.. _gates.Values.Select(static g => g.Conclude())];

    public IReadOnlyList<HeadStatistics> Heads => [.. _heads.Values.Select(static h => h.Conclude())];

    /// <summary>Takes what a recorder saw of a batch.</summary>
    public void Add(IReadOnlyList<(Module Module, AttentionMap Map)> maps, LabeledBatch batch)
    {
        var several = maps.GroupBy(static m => m.Module).Where(static g => g.Count() > 1).Select(static g => g.Key).ToHashSet();
        foreach ((Module module, AttentionMap map) in maps)
        {
            string name = _names.GetValueOrDefault(module, module.GetType().Name);
            string site = several.Contains(module) ? $"{name}:{map.Name}" : name;
            switch (map)
            {
                case ChannelGate gate:
                    AddGate(site, gate.Weights, gate.Weights.Shape[1], byClass: true, batch.Labels);
                    break;
                case ElementGate gate:
                    AddGate(site, gate.Weights, gate.Weights.Shape[1], byClass: true, batch.Labels);
                    break;
                case PositionGate gate:
                    AddGate(site, gate.Weights, gate.Weights.Elements / gate.Weights.Shape[0], byClass: false, batch.Labels);
                    break;
                case RelationMap relation:
                    AddRelation(site, relation, (batch.Images.Shape[-2], batch.Images.Shape[-1]));
                    break;
            }
        }
    }

    private void AddGate(string site, Tensor weights, int units, bool byClass, IReadOnlyList<int>? labels)
    {
        if (!_gates.TryGetValue(site, out GateTotals? totals))
        {
            _gates[site] = totals = new GateTotals(site, units, byClass);
        }

        totals.Check(units);
        ReadOnlySpan<float> values = weights.To(DType.Float32).AsSpan<float>();
        int pictures = weights.Shape[0], each = values.Length / pictures;
        for (int i = 0; i < pictures; i++)
        {
            totals.Add(values.Slice(i * each, each), labels?[i]);
        }
    }

    private void AddRelation(string site, RelationMap relation, (int Height, int Width) picture)
    {
        for (int head = 0; head < relation.Heads; head++)
        {
            if (!_heads.TryGetValue((site, head), out HeadTotals? totals))
            {
                _heads[(site, head)] = totals = new HeadTotals(site, head, relation, picture, rows);
            }

            for (int i = 0; i < relation.Batch; i++)
            {
                totals.Add(relation, i);
            }
        }
    }
}
