using System.Text.Json.Serialization;

namespace Fovea.Serving.Http;

/// <summary>RFC 9457: what went wrong.</summary>
/// <param name="Title">What kind of problem it is.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What was expected, what came, what to do.</param>
internal sealed record Problem(string Title, int Status, string Detail);

/// <summary>How problems are written.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ProblemJson : JsonSerializerContext;
