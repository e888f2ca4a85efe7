using System.Text.Json;
using System.Text.Json.Serialization;
using Fovea.Serving.Endpoints;
using Fovea.Serving.Requests;

namespace Fovea.Serving;

/// <summary>How requests and answers are written: by generated code, camelCase, nulls left out, unknown members refused.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PredictBody))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelStatus))]
[JsonSerializable(typeof(Health))]
internal sealed partial class ServingJson : JsonSerializerContext;
