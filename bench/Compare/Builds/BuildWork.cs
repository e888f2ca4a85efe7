using System.Text.Json.Nodes;
using Fovea.Bench.Peers;

namespace Fovea.Bench.Compare;

/// <summary>This build's side of a row that another build measures: the row of the same name.</summary>
internal sealed class BuildWork : IWork
{
    private readonly FoveaWork _work;

    /// <exception cref="OptionException">This build has no such row.</exception>
    public BuildWork(string folder)
    {
        JsonNode asked = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "row.json")))!;
        string group = (string)asked["group"]!, name = (string)asked["name"]!;
        Row row = Rows.All.FirstOrDefault(r => r.Group == group && r.Name == name) ?? throw new OptionException("before", $"that build has no row \"{name}\" of {group}.");
        _work = new FoveaWork(row);
        Checks = new Dictionary<string, Dictionary<string, double[]>> { [Engines.FoveaBefore] = _work.Check() };
        Steps = new Dictionary<string, Action> { [Engines.FoveaBefore] = _work.Steps[Engines.Fovea] };
    }

    public IReadOnlyDictionary<string, Action> Steps { get; }

    public IReadOnlyDictionary<string, Dictionary<string, double[]>> Checks { get; }

    public void Dispose() => _work.Dispose();
}
