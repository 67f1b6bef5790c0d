namespace MarketManager.Storage.Rows;

/// <summary>A row that is read column by column, in the order in which they were asked for.</summary>
internal interface IRow
{
    long Long();

    int Int();

    bool Bool();

    string Text();

    Guid Guid();

    DateTimeOffset Time();

    long? LongOrNull();

    int? IntOrNull();

    bool? BoolOrNull();

    string? TextOrNull();

    Guid? GuidOrNull();

    DateTimeOffset? TimeOrNull();

    decimal? DecimalOrNull();
}

/// <summary>The parameters of a statement, in its order. Instants are kept to the millisecond, whatever the engine could do.</summary>
/// <typeparam name="TSelf">What the engine calls a statement.</typeparam>
internal interface IParameters<out TSelf>
    where TSelf : IParameters<TSelf>
{
    TSelf Add(long value);

    TSelf Add(long? value);

    TSelf Add(bool value);

    TSelf Add(string? value);

    TSelf Add(Guid value);

    TSelf Add(Guid? value);

    TSelf Add(DateTimeOffset value);

    TSelf Add(DateTimeOffset? value);

    TSelf Add(decimal? value);
}
