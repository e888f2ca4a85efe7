using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Studio.Wire;

/// <summary>How requests and answers are written: by generated code, camelCase, nulls left out, unknown members refused.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(MapHead))]
[JsonSerializable(typeof(OpenModel))]
[JsonSerializable(typeof(OpenSession))]
[JsonSerializable(typeof(AblateRequest))]
[JsonSerializable(typeof(AblateAnswer))]
[JsonSerializable(typeof(ModelOffers))]
[JsonSerializable(typeof(ModelInfo))]
[JsonSerializable(typeof(ImageOffers))]
[JsonSerializable(typeof(ImageInfo))]
[JsonSerializable(typeof(SessionInfo))]
[JsonSerializable(typeof(Beginning))]
[JsonSerializable(typeof(IReadOnlyList<SiteInfo>))]
[JsonSerializable(typeof(ModelGraph))]
[JsonSerializable(typeof(IReadOnlyList<RunSummary>))]
[JsonSerializable(typeof(RunProgress))]
[JsonSerializable(typeof(CamRequest))]
[JsonSerializable(typeof(IReadOnlyList<MethodInfo>))]
[JsonSerializable(typeof(LayerOffers))]
[JsonSerializable(typeof(FaithfulnessCurve))]
[JsonSerializable(typeof(MeasureProgress))]
[JsonSerializable(typeof(Palettes))]
[JsonSerializable(typeof(MapFacts))]
[JsonSerializable(typeof(Closed))]
internal sealed partial class StudioJson : JsonSerializerContext
{
    /// <summary>The same for who binds and answers by options.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, Default);
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.NumberHandling = JsonNumberHandling.Strict;
    }
}
