"""Requests about documents."""

from __future__ import annotations

from templates.phrases import POLITE

ENGLISH: dict[str, list[str]] = {
    "index_documents": [
        f"{POLITE} [index|read|ingest|load|import|add|take in|embed|scan|learn] [the folder|the files in|the documents in|everything in|all files in|the document|the directory|my documents in|the pdfs in|] [FOLDER|FILE] [into the collection NAME|into NAME|as NAME|into the index|for search|in collection NAME|]",
        f"{POLITE} [make|build|create] [a|an|the|] [searchable|index|search index|document index|knowledge base] [of|from|out of|over|for] [FOLDER|FILE|the folder FOLDER]",
        f"{POLITE} [make] [FOLDER|FILE|the documents in FOLDER] searchable",
        "[put|store] [FOLDER|FILE|the manuals in FOLDER] [into|in] [the collection NAME|NAME|the document store|the index]",
        "[update|refresh|rebuild] the index [of|for|from] [FOLDER|FILE]",
        "[here are|these are] our [policies|manuals|documents]: FOLDER, [index|read|add] them",
    ],
    "search_documents": [
        "[what does|what do|what is said in] [the handbook|the manual|the documents|the docs|our policies|the policy|my documents|the guide|the contract|the faq|the readme] [say|state|tell us|contain] [about|on|regarding] [TEXT|overtime|returns|holidays|shipping|refunds|the warranty|passwords|travel costs|parental leave|opening hours]",
        f"{POLITE} [search|look through|look in|query|check|go through] [the documents|the docs|my documents|the index|the handbook|the manuals|the collection NAME|our files|the knowledge base] [for|about|on] [TEXT|overtime|refund rules|the warranty|shipping times|holiday rules|safety]",
        "[where|which document|which page|which file] [does it say|says|mentions|explains|talks about|covers] [TEXT|how to reset the password|the notice period|the refund period|overtime|the return policy]",
        "[find|look up|show me] [the passage|passages|what is written|the section|documents|the part] [about|on|regarding] [TEXT|overtime|refunds|warranty|sick leave|data protection] [in the documents|in NAME|in the handbook|in collection NAME|]",
        "according to the [docs|handbook|documents|manual|policy], [how long is the warranty|who pays for shipping|what about overtime|how many days of holiday are there|can i return opened items]",
        "is there anything [in the documents|in the handbook|in our docs|in the manual] [about|on] [TEXT|overtime|returns|insurance|bonuses]",
        "[do|does] [the documents|the handbook|our policies|the manual] [mention|say something about|cover|allow|forbid] [TEXT|overtime|remote work|pets|smoking|returns]",
    ],
}

CHINESE: dict[str, list[str]] = {
    "index_documents": [
        "[请|帮我|麻烦||][索引|建立索引|读取|导入|录入|收录|载入|读入|加载|把][FOLDER|FILE|FOLDER文件夹|FOLDER目录|FOLDER里的文档|FOLDER下的所有文件|文件夹FOLDER|文档FILE][|建立索引|做成索引|加入索引|加到索引|放进知识库|导入NAME|放进NAME集合|，放到集合NAME]",
        "[给|为|对|将|把][FOLDER|FILE|FOLDER里的文档|FOLDER这个文件夹|FOLDER目录][建|建立|做|建个|创建|生成|编][索引|检索|知识库|搜索索引|成索引]",
        "[更新|刷新|重建][FOLDER|FILE][的|]索引",
        "让[FOLDER|FILE|FOLDER里的文件][可以|能|能够][被搜索|搜索|检索]",
        "[把|将][FOLDER|FILE][里的文档|的内容|][加入|放入|存进|添加到][文档库|知识库|索引|集合NAME|NAME]",
    ],
    "search_documents": [
        "[手册|文档|员工手册|说明书|政策|规定|指南|合同|制度|知识库|资料][里|中|上|里面|][怎么|是怎么|对|关于|有没有|有|如何][说|规定|写|提到|介绍|讲|说明][的|][TEXT|加班|退货|年假|运费|退款|保修|密码重置|病假|加班的|退款政策|请假流程|][？|]",
        "[在|从][文档|手册|资料|知识库|文件|索引|集合NAME][里|中|里面|][搜索|查找|查|搜一下|找|找找|检索|查一下][TEXT|加班|退款规定|保修期|关于运费的内容|请假流程|安全规定]",
        "[搜索|检索|查询|查一下|搜一下][文档|手册|资料|知识库|文件][|里][|中][关于|有关|：|][TEXT|加班|退货政策|保修|报销|年假|隐私政策][的内容|的规定|的部分|]",
        "[根据|按照|依据][文档|手册|规定|政策|资料]，[TEXT|保修期多长|运费谁出|加班怎么算|年假有几天|可以退货吗|怎么报销]",
        "[哪份|哪个|哪一页][文档|文件|手册|资料|][提到|说到|讲到|讲了|写了|规定了][TEXT|加班|退款|通知期|如何重置密码|保修]",
        "[文档|手册|资料|规定][里|中|里面][关于|对][TEXT|加班|退款|保修|请假|出差][的|][规定|说明|内容|要求][是什么|有哪些|怎么说|]",
    ],
}
