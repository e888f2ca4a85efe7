namespace Fovea.Studio.Wire;

/// <summary>The network as a tree of modules.</summary>
internal sealed record ModelGraph(GraphPart Root, double Milliseconds, long Parameters, long MultiplyAdds);

/// <summary>A module: what it is made of, and what it cost.</summary>
/// <param name="Name">Its own name.</param>
/// <param name="Path">Its dotted name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Output">Shape of what it gives, as text.</param>
/// <param name="Parameters">Numbers that training changes.</param>
/// <param name="MultiplyAdds">Products that are added up.</param>
/// <param name="Milliseconds">Time of its ops.</param>
/// <param name="Ops">The ops that ran in it and in no part of it.</param>
/// <param name="Parts">The modules in it, in the order in which they ran.</param>
internal sealed record GraphPart(
    string Name, string Path, string Type, string Output, long Parameters, long MultiplyAdds, double Milliseconds, IReadOnlyList<string> Ops, IReadOnlyList<GraphPart> Parts);
